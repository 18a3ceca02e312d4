// What a linear programme minimises: one row, the largest of all rows (targeted), or the smallest (all classes at once).
import type { Box, OutputRows, PreActivationBounds } from '../../bounds/box.ts'
import type { Network } from '../../nn/index.ts'
import type { Property } from '../problem.ts'
import { rowValues } from '../rows.ts'
import { Encoding } from './encode.ts'
import type { Expression } from './expression.ts'
import { absorbTinyTerms, rangeOf, type PhaseEncoding } from './relu-rows.ts'

/** What is encoded: the fused network on its box, with its bounds, and the property. */
export interface Encodable {
  readonly network: Network
  readonly box: Box
  readonly bounds: PreActivationBounds
  readonly property: Property
}

export interface EncodedObjective {
  readonly encoding: Encoding
  /** Lowered by `rounding`, so that what is proved of it holds for the network. */
  readonly objective: Expression
  /** How far float64 rounding of the encoding can have moved the row. */
  readonly rounding: number
}

/** Roundings in an encoded row, as a part of its terms before they cancel: fan-ins stay below 2^12 or errors average out. */
const ROUNDING = 2 ** -41

/** The model of one row, or of `any-positive` as a whole: minimise t with t ≥ every row. */
export function encodeRow(task: Encodable, row: number, phases: PhaseEncoding = 'binary'): EncodedObjective {
  const { property } = task
  const encoding = new Encoding(task.network, task.box, task.bounds, phases)
  const objective =
    property.kind === 'all-positive' ? encoding.row(property.rows, row) : maximumOf(encoding, property.rows)
  const rows = property.kind === 'all-positive' ? [row] : Array.from(property.rows.offsets.keys())
  return lowered(encoding, dropTinyTerms(encoding, objective), property.rows, rows)
}

/** The smallest of the chosen rows in one model, a binary a row: minimise t with t ≥ one of them. */
export function encodeSmallest(task: Encodable, chosen: readonly number[]): EncodedObjective {
  const encoding = new Encoding(task.network, task.box, task.bounds)
  const rows = chosen.map((row) => ({ row, expression: encoding.row(task.property.rows, row) }))
  const ranges = rows.map(({ expression }) => rangeOf(encoding.builder, expression))
  const least = Math.min(...ranges.map(({ lower }) => lower))
  const smallest = (output: Float64Array): number => {
    const values = rowValues(task.property.rows, output)
    return Math.min(...chosen.map((row) => values[row]))
  }
  const column = encoding.addDerived(least, Math.min(...ranges.map(({ upper }) => upper)), smallest)
  const picks = rows.map(({ row, expression }, i) => {
    const pick = encoding.addPick((output) => pickOf(task.property.rows, chosen, output) === row)
    requireAtLeast(encoding, column, expression, { column: pick, slack: ranges[i].upper - least })
    return pick
  })
  encoding.builder.addRow(1, 1, picks, new Float64Array(picks.length).fill(1))
  return lowered(encoding, { indices: [column], values: [1], constant: 0 }, task.property.rows, chosen)
}

function lowered(
  encoding: Encoding,
  { indices, values, constant }: Expression,
  rows: OutputRows,
  chosen: readonly number[],
): EncodedObjective {
  const rounding = ROUNDING * chosen.reduce((most, row) => Math.max(most, encoding.magnitude(rows, row)), 0)
  return { encoding, objective: { indices, values, constant: constant - rounding }, rounding }
}

/** The chosen row with the smallest value, the first of equals. */
export function pickOf(rows: OutputRows, chosen: readonly number[], output: Float64Array): number {
  const values = rowValues(rows, output)
  return chosen.reduce((best, row) => (values[row] < values[best] ? row : best), chosen[0])
}

/** A column t that is at least every row; minimising it gives the minimum of the maximum. */
function maximumOf(encoding: Encoding, rows: OutputRows): Expression {
  const expressions = Array.from({ length: rows.rows }, (_, row) => encoding.row(rows, row))
  const ranges = expressions.map((expression) => rangeOf(encoding.builder, expression))
  const column = encoding.addDerived(
    Math.max(...ranges.map(({ lower }) => lower)),
    Math.max(...ranges.map(({ upper }) => upper)),
    (output) => Math.max(...rowValues(rows, output)),
  )
  for (const expression of expressions) requireAtLeast(encoding, column, expression, null)
  return { indices: [column], values: [1], constant: 0 }
}

/** column ≥ expression; with a pick, only where the pick is 1: column ≥ expression − slack·(1 − pick). */
function requireAtLeast(
  encoding: Encoding,
  column: number,
  expression: Expression,
  pick: { readonly column: number; readonly slack: number } | null,
): void {
  const { indices, values, constant, slack } = absorbTinyTerms(encoding.builder, expression)
  const extra = pick === null ? 0 : pick.slack
  encoding.builder.addRow(
    constant + slack.lower - extra,
    Infinity,
    [column, ...indices, ...(pick === null ? [] : [pick.column])],
    [1, ...values.map((value) => -value), ...(pick === null ? [] : [-extra])],
  )
}

/** Tiny coefficients leave the objective too; their smallest contribution stays as a constant. */
function dropTinyTerms(encoding: Encoding, expression: Expression): Expression {
  const { indices, values, constant, slack } = absorbTinyTerms(encoding.builder, expression)
  return { indices, values, constant: constant + slack.lower }
}
