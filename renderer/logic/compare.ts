// Runs side by side: what makes it unfair, figures with Δ to the baseline, verdicts paired by image, the flip matrix.
import type { DatasetRow, JobRow, RunRow, RunSummary, VerdictRow } from '../../core/contract/rows.ts'
import { verdictSchema, type Verdict } from '../../core/contract/verdict.ts'
import { atEpsilon, formatCount, formatDelta, formatPoints, formatSeconds, formatShare, formatValue } from './format.ts'

export interface Side {
  readonly run: RunRow
  readonly job: JobRow
  readonly dataset: DatasetRow | null
  readonly verdicts: readonly VerdictRow[]
}

export interface Pair {
  readonly key: string
  readonly imageIndex: number
  readonly label: number
  readonly a: VerdictRow
  readonly b: VerdictRow
}

/** Instances both runs have, by verifier and image; of several targets of one image the n-th is paired with the n-th. */
export function pairVerdicts(a: readonly VerdictRow[], b: readonly VerdictRow[]): Pair[] {
  const place = (rows: readonly VerdictRow[]) => {
    const seen = new Map<string, number>()
    return rows.map((row) => {
      const image = `${row.verifier}:${row.imageIndex}`
      const turn = seen.get(image) ?? 0
      seen.set(image, turn + 1)
      return [`${image}:${turn}`, row] as const
    })
  }
  const right = new Map(place(b))
  return place(a).flatMap(([key, row]) => {
    const other = right.get(key)
    return other === undefined ? [] : [{ key, imageIndex: row.imageIndex, label: row.label, a: row, b: other }]
  })
}

export type FlipMatrix = Readonly<Record<Verdict, Readonly<Record<Verdict, number>>>>

/** Rows: verdict in A, columns: verdict in B. */
export function flipMatrix(pairs: readonly Pair[]): FlipMatrix {
  const verdicts = verdictSchema.options
  const cell = (row: Verdict, column: Verdict) =>
    pairs.filter((pair) => pair.a.verdict === row && pair.b.verdict === column).length
  return Object.fromEntries(
    verdicts.map((row) => [row, Object.fromEntries(verdicts.map((column) => [column, cell(row, column)]))]),
  ) as FlipMatrix
}

export interface SummaryLine {
  readonly title: string
  readonly a: string
  readonly b: string
  readonly delta: string
  /** Whether the change is for the better; null where neither direction is. */
  readonly better: boolean | null
}

type SummarySide = Pick<RunRow, 'summary' | 'epsilon'>

interface Measure {
  readonly title: string
  readonly of: (summary: RunSummary) => number | null
  readonly format: (value: number | null) => string
  readonly goal: 'more' | 'less' | 'none'
  readonly delta?: (magnitude: number) => string
  /** ε the figure is for. */
  readonly epsilon?: (side: SummarySide) => number | null | undefined
}

const share = (value: number | null): string => formatShare(value, 2)
/** A share as it is shown, so that the change is the difference of the two figures beside it. */
const shown = (value: number, format: Measure['format']): number =>
  format === share ? Math.round(value * 1e4) / 1e4 : value
const points = (magnitude: number): string => formatPoints(magnitude, 2)

const measures: readonly Measure[] = [
  { title: 'Accuracy', of: (s) => s.accuracy, format: share, goal: 'more', delta: points },
  {
    title: 'FGSM robustness',
    of: (s) => s.robustness,
    format: share,
    goal: 'more',
    delta: points,
    epsilon: ({ summary }) => summary?.robustnessEpsilon,
  },
  {
    title: 'Accuracy under PGD',
    of: (s) => s.robustAccuracy,
    format: share,
    goal: 'more',
    delta: points,
    epsilon: ({ summary }) => summary?.robustnessEpsilon,
  },
  { title: 'Hidden neurons', of: (s) => s.hiddenNeurons, format: formatCount, goal: 'none' },
  { title: 'Nonzero weights', of: (s) => s.nonzeroWeights, format: formatCount, goal: 'none' },
  // A share of neurons whose number differs: more of fewer is neither better nor worse.
  { title: 'Unstable neurons', of: (s) => s.unstable, format: share, goal: 'none', delta: points },
  { title: 'Verified', of: (s) => s.verified, format: formatCount, goal: 'more', epsilon: (side) => side.epsilon },
  { title: 'of them certified', of: (s) => s.certified, format: formatCount, goal: 'more' },
  { title: 'Falsified', of: (s) => s.falsified, format: formatCount, goal: 'less' },
  { title: 'of them misclassified', of: (s) => s.misclassified, format: formatCount, goal: 'less' },
  { title: 'Undecided', of: (s) => s.unknown + s.timeout + s.error, format: formatCount, goal: 'less' },
  { title: 'Mean time per image', of: (s) => s.meanSeconds, format: formatSeconds, goal: 'less' },
]

export function summaryLines(a: SummarySide, b: SummarySide): SummaryLine[] {
  return measures.map(({ title, of, format, goal, delta = format, epsilon = () => null }) => {
    const [left, right] = [a.summary === null ? null : of(a.summary), b.summary === null ? null : of(b.summary)]
    const known = left !== null && right !== null
    const change = known ? shown(right, format) - shown(left, format) : 0
    return {
      title: atEpsilon(title, [epsilon(a), epsilon(b)]),
      a: format(left),
      b: format(right),
      delta: known ? formatDelta(change, delta) : '–',
      better: !known || change === 0 || goal === 'none' ? null : change > 0 === (goal === 'more'),
    }
  })
}

/** What `auto` says of its choice: a measurement, never twice the same. */
export const providerReason = 'provider chosen because'

/** Everything that makes the comparison unfair, in words; empty when the runs are alike. */
export function differences(a: Side, b: Side): string[] {
  const found: string[] = []
  const images = (side: Side) =>
    side.verdicts
      .map((row) => row.imageIndex)
      .sort((x, y) => x - y)
      .join(',')
  const hardware = (side: Side) =>
    JSON.stringify(Object.entries(side.job.environment).filter(([name]) => name !== providerReason).sort()) // prettier-ignore
  if (a.dataset?.hash !== b.dataset?.hash) found.push('They were trained and verified on different data.')
  if (images(a) !== images(b)) found.push('The images verified differ; only those in both are paired.')
  if (a.run.epsilon !== b.run.epsilon)
    found.push(`The ε of verification differs: ${a.run.epsilon ?? '–'} and ${b.run.epsilon ?? '–'}.`)
  const fgsm = [a, b].map(({ run }) => run.summary?.robustnessEpsilon ?? null)
  if (!fgsm.includes(null) && fgsm[0] !== fgsm[1])
    found.push(`The ε of FGSM differs: ${fgsm.join(' and ')}; robustness figures are not comparable.`)
  if (a.run.timeoutSeconds !== b.run.timeoutSeconds)
    found.push(
      `The time limits differ: ${formatValue(a.run.timeoutSeconds)} s and ${formatValue(b.run.timeoutSeconds)} s.`,
    )
  if (a.job.id !== b.job.id && hardware(a) !== hardware(b))
    found.push('Versions, provider or hardware differ: times are not comparable.')
  return found
}

/** A figure of the baseline, and of the others with what changed. `same`: nothing to see in a view of differences only. */
export interface FigureRow {
  readonly title: string
  readonly base: string
  readonly others: readonly Pick<SummaryLine, 'b' | 'delta' | 'better'>[]
  readonly same: boolean
}

/** @param sides the baseline first, and at least one other */
export function figureRows([base, ...others]: readonly SummarySide[]): FigureRow[] {
  if (base === undefined) return []
  const lines = others.map((other) => summaryLines(base, other))
  return measures.map(({ title, epsilon = () => null }, at) => {
    const cells = lines.flatMap((line) => line[at] ?? [])
    return {
      title: atEpsilon(title, [base, ...others].map(epsilon)),
      base: cells[0]?.a ?? '–',
      others: cells,
      same: cells.every(({ a, b }) => a === b),
    }
  })
}

/** What makes comparing others with the baseline unfair; with several others each sentence names its run. */
export function warnings([base, ...others]: readonly Side[], names: readonly string[]): string[] {
  if (base === undefined) return []
  return others.flatMap((other, at) =>
    differences(base, other).map((text) => (others.length === 1 ? text : `${names[at + 1] ?? ''}: ${text}`)),
  )
}
