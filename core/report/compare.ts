// Two runs side by side: figures with their difference, verdicts that changed, and what makes the comparison unfair.
import type { JobRow, RunRow, RunSummary, VerdictRow } from '../contract/rows.ts'
import { verdictSchema, type Verdict } from '../contract/verdict.ts'

export interface ComparedRun {
  readonly run: RunRow
  readonly job: JobRow
  readonly verdicts: readonly VerdictRow[]
}

export type FigureName = Exclude<keyof RunSummary, 'images' | 'robustnessEpsilon'>

/** `difference` is second minus first; null where either is missing. */
export interface FigureDifference {
  readonly name: FigureName
  readonly first: number | null
  readonly second: number | null
  readonly difference: number | null
}

export interface Comparison {
  readonly figures: readonly FigureDifference[]
  /** How many shared images went from one verdict (outer key) to another (inner key). */
  readonly flips: Readonly<Record<Verdict, Readonly<Record<Verdict, number>>>>
  /** Shared images whose verdict changed. */
  readonly changed: readonly { readonly imageIndex: number; readonly first: Verdict; readonly second: Verdict }[]
  readonly warnings: readonly string[]
}

const figureNames: readonly FigureName[] = [
  'accuracy', 'robustness', 'robustAccuracy', 'hiddenNeurons', 'weights', 'nonzeroWeights', 'unstable',
  'verified', 'certified', 'falsified', 'misclassified', 'unknown', 'timeout', 'error', 'seconds', 'meanSeconds',
  'searchSeconds',
] // prettier-ignore

export function compareRuns(first: ComparedRun, second: ComparedRun): Comparison {
  const pairs = pairVerdicts(first.verdicts, second.verdicts)
  const flips = emptyMatrix()
  for (const [a, b] of pairs) flips[a.verdict][b.verdict] += 1
  const changed = pairs.filter(([a, b]) => a.verdict !== b.verdict)
  return {
    figures: figureNames.map((name) => difference(name, first.run.summary, second.run.summary)),
    flips,
    changed: changed.map(([a, b]) => ({ imageIndex: a.imageIndex, first: a.verdict, second: b.verdict })),
    warnings: warnings(first, second, pairs.length),
  }
}

function difference(name: FigureName, a: RunSummary | null, b: RunSummary | null): FigureDifference {
  const first = a?.[name] ?? null
  const second = b?.[name] ?? null
  return { name, first, second, difference: first === null || second === null ? null : second - first }
}

/** Rows about the same image (and target); of several verifiers, the one asked for first. */
function pairVerdicts(first: readonly VerdictRow[], second: readonly VerdictRow[]): [VerdictRow, VerdictRow][] {
  const key = ({ imageIndex, target }: VerdictRow): string => `${imageIndex} ${target ?? ''}`
  const known = new Map([...second].reverse().map((row) => [key(row), row]))
  const seen = new Set<string>()
  return first.flatMap((row): [VerdictRow, VerdictRow][] => {
    const other = known.get(key(row))
    if (other === undefined || seen.has(key(row))) return []
    seen.add(key(row))
    return [[row, other]]
  })
}

function emptyMatrix(): Record<Verdict, Record<Verdict, number>> {
  const row = (): Record<Verdict, number> => ({ verified: 0, falsified: 0, unknown: 0, timeout: 0, error: 0 })
  return Object.fromEntries(verdictSchema.options.map((word) => [word, row()])) as Record<
    Verdict,
    Record<Verdict, number>
  >
}

function warnings(first: ComparedRun, second: ComparedRun, shared: number): string[] {
  const found: string[] = []
  const check = (what: string, a: unknown, b: unknown): void => {
    if (a !== b) found.push(`${what} differs: ${String(a)} and ${String(b)}`)
  }
  check('dataset', first.run.datasetId, second.run.datasetId)
  check('ε of verification', first.run.epsilon, second.run.epsilon)
  const fgsm = [first, second].map(({ run }) => run.summary?.robustnessEpsilon ?? null)
  if (!fgsm.includes(null)) check('ε of FGSM', fgsm[0], fgsm[1])
  check('time limit', first.run.timeoutSeconds, second.run.timeoutSeconds)
  for (const what of ['cpu', 'gpu', 'provider', 'threads', 'memory cap']) {
    check(what, first.job.environment[what], second.job.environment[what])
  }
  if (shared < first.verdicts.length || shared < second.verdicts.length) {
    found.push(`images differ: ${shared} shared of ${first.verdicts.length} and ${second.verdicts.length}`)
  }
  return found
}
