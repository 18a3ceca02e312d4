// What a linear programme minimises: one row, the largest of all rows (targeted), or the smallest (all classes at once).
import type { Box, OutputRows, PreActivationBounds } from '../../bounds/box.ts'
import type { Network } from '../../nn/index.ts'
import type { Property } from '../problem.ts'
import { rowValues } from '../rows.ts'
import { Encoding } from './encode.ts'
import { roundingOf, type Expression, type Linear } from './expression.ts'
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
  readonly objective: Linear
  /** How far float64 rounding of the encoding can have moved the row. */
  readonly rounding: number
}

/** The model of one row, or of `any-positive` as a whole: minimise t with t ≥ every row. */
export function encodeRow(task: Encodable, row: number, phases: PhaseEncoding = 'binary'): EncodedObjective {
  const { property } = task
  const encoding = new Encoding(task.network, task.box, task.bounds, phases)
  if (property.kind === 'any-positive') return maximumOf(encoding, property.rows)
  const expression = encoding.row(property.rows, row)
  // Tiny coefficients leave the objective too; their smallest contribution stays as a constant, rounding with it.
  const { indices, values, constant, slack } = absorbTinyTerms(encoding.builder, expression)
  const objective = { indices, values, constant: constant + slack.lower }
  return { encoding, objective, rounding: roundingOf(expression) }
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
  return {
    encoding,
    objective: justColumn(column),
    rounding: largestRounding(rows.map(({ expression }) => expression)),
  }
}

function justColumn(column: number): Linear {
  return { indices: [column], values: [1], constant: 0 }
}

function largestRounding(expressions: readonly Expression[]): number {
  return expressions.reduce((most, expression) => Math.max(most, roundingOf(expression)), 0)
}

/** The chosen row with the smallest value, the first of equals. */
export function pickOf(rows: OutputRows, chosen: readonly number[], output: Float64Array): number {
  const values = rowValues(rows, output)
  return chosen.reduce((best, row) => (values[row] < values[best] ? row : best), chosen[0])
}

/** A column t that is at least every row; minimising it gives the minimum of the maximum. */
function maximumOf(encoding: Encoding, rows: OutputRows): EncodedObjective {
  const expressions = Array.from({ length: rows.rows }, (_, row) => encoding.row(rows, row))
  const ranges = expressions.map((expression) => rangeOf(encoding.builder, expression))
  const column = encoding.addDerived(
    Math.max(...ranges.map(({ lower }) => lower)),
    Math.max(...ranges.map(({ upper }) => upper)),
    (output) => Math.max(...rowValues(rows, output)),
  )
  for (const expression of expressions) requireAtLeast(encoding, column, expression, null)
  return { encoding, objective: justColumn(column), rounding: largestRounding(expressions) }
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
