// Verdicts of two runs paired by image: what changed, and how the times compare.
import type { VerdictRow } from '../../core/contract/rows.ts'
import { verdictSchema, type Verdict } from '../../core/contract/verdict.ts'
import { formatCount, formatValue } from './format.ts'

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

/** `9 of 20 verdicts changed: 7 from verified to falsified, 2 from falsified to verified.` */
export function flipSentence(matrix: FlipMatrix): string {
  const verdicts = verdictSchema.options
  const cells = verdicts.flatMap((a) => verdicts.map((b) => ({ a, b, count: matrix[a][b] })))
  const sum = (list: typeof cells): number => list.reduce((total, { count }) => total + count, 0)
  const flips = cells.filter(({ a, b, count }) => a !== b && count > 0).sort((x, y) => y.count - x.count)
  const words = flips.map(({ a, b, count }) => `${formatCount(count)} from ${a} to ${b}`)
  const head = `${flips.length === 0 ? 'None' : formatCount(sum(flips))} of ${formatCount(sum(cells))} verdicts changed`
  return `${head}${flips.length === 0 ? '' : `: ${words.join(', ')}`}.`
}

/** How the times of one question compare; nothing where the answers differ, since a proof and an attack are not the same work. */
export function timeChange({ a, b }: Pick<Pair, 'a' | 'b'>): string {
  if (a.verdict !== b.verdict) return '–'
  const factor = a.seconds / Math.max(b.seconds, 1e-6)
  if (factor > 0.95 && factor < 1.05) return 'as fast'
  return factor >= 1 ? `${formatValue(factor, 2)} × faster` : `${formatValue(1 / factor, 2)} × slower`
}
