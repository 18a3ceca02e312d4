// Verdict rows as a keyed set: counted, found again, told apart by verifier, image and target.
import type { VerdictRow } from '../../core/contract/rows.ts'
import type { Verdict } from '../../core/contract/verdict.ts'
import { verdictWords } from './words.ts'

export type VerdictKey = Pick<VerdictRow, 'verifier' | 'imageIndex' | 'target'>

/** The address of an instance within its run, e.g. `auto:12:` or `auto:12:7` when targeted. */
export function verdictKey({ verifier, imageIndex, target }: VerdictKey): string {
  return `${verifier}:${imageIndex}:${target ?? ''}`
}

export function parseVerdictKey(key: string): VerdictKey | null {
  const [verifier = '', image = '', target = ''] = key.split(':')
  const imageIndex = Number(image)
  if (verifier === '' || image === '' || !Number.isInteger(imageIndex)) return null
  return { verifier, imageIndex, target: target === '' ? null : Number(target) }
}

/** Rows with others added or replaced, in the order they first came. */
export function mergeVerdicts(rows: readonly VerdictRow[], more: readonly VerdictRow[]): readonly VerdictRow[] {
  if (more.length === 0) return rows
  const byKey = new Map(rows.map((row) => [verdictKey(row), row]))
  for (const row of more) byKey.set(verdictKey(row), row)
  return [...byKey.values()]
}

/** How many of `verified` are certified, how many of `falsified` needed no change; null where that is not known. */
interface PartCounts {
  readonly certified: number | null
  readonly misclassified: number | null
}

export type VerdictCounts = Readonly<Record<Verdict, number>> & PartCounts

/** Whether the image was a counterexample as it is: misclassified (as the target, where there is one). */
export function isMisclassified({ detail }: Pick<VerdictRow, 'detail'>): boolean {
  return detail['misclassified'] === 1
}

export function countVerdicts(rows: readonly Pick<VerdictRow, 'verdict' | 'evidence' | 'detail'>[]): VerdictCounts {
  const counts = { verified: 0, falsified: 0, unknown: 0, timeout: 0, error: 0 }
  for (const row of rows) counts[row.verdict] += 1
  const certified = rows.filter(({ evidence }) => evidence === 'certified').length
  return { ...counts, certified, misclassified: rows.filter(isMisclassified).length }
}

const parts: Partial<Readonly<Record<Verdict, keyof PartCounts>>> = {
  verified: 'certified',
  falsified: 'misclassified',
}

/** ` (2 misclassified)`, or nothing. */
export function partText(counts: PartCounts, verdict: Verdict): string {
  const part = parts[verdict]
  const count = part === undefined ? null : counts[part]
  return part === undefined || count === null || count === 0 ? '' : ` (${count} ${part})`
}

/** `3 verified`, `9 falsified (2 misclassified)`. */
export function countText(counts: VerdictCounts, verdict: Verdict): string {
  return `${counts[verdict]} ${verdictWords[verdict].title.toLowerCase()}${partText(counts, verdict)}`
}

/** Whether everything certified among the rows can be proved again from the bundle. */
export function keepsProofs(rows: readonly Pick<VerdictRow, 'evidence' | 'certificate'>[]): boolean {
  return rows.every(({ evidence, certificate }) => evidence !== 'certified' || certificate !== null)
}
