// Columns and rows of one activation neuron: unstable ReLUs get one binary, everything else none (spec C.9).
import { columnExpression, constantExpression, type Expression } from './expression.ts'
import type { ModelBuilder } from './sparse-model.ts'

/**
 * Coefficients this small are not given to the solver: HiGHS drops what is below 1e-9 without a word, which can cut off
 * real points (spec A.8: fused weights of 1e-8). Their contribution moves into the row's bounds as an interval.
 */
const TINY_COEFFICIENT = 1e-8
/** Terms that vary by less than this over their column's bounds also move into the interval. */
const TINY_TERM = 1e-10
/** A ReLU that can be this little above (below) zero is encoded as inactive (active) up to that slack, without a binary. */
const TINY_SIDE = 1e-7

/** What the columns of a neuron stand for, so that a point of the input box can be turned into a start of the solver. */
export type ColumnRole = 'pre' | 'active' | 'inactive' | 'phase' | 'value'

/** Receives every column made for a neuron, with what it stands for. */
export type ColumnLog = (column: number, role: ColumnRole) => void

interface Interval {
  readonly lower: number
  readonly upper: number
}

/** An expression without its tiny terms; what they can contribute is `slack`. */
export interface Absorbed {
  readonly indices: readonly number[]
  readonly values: readonly number[]
  readonly constant: number
  readonly slack: Interval
}

/** Moves tiny terms into an interval, from the bounds of their columns. */
export function absorbTinyTerms(model: ModelBuilder, expression: Expression): Absorbed {
  const indices: number[] = []
  const values: number[] = []
  let lower = 0
  let upper = 0
  for (let i = 0; i < expression.indices.length; i++) {
    const column = expression.indices[i]
    const value = expression.values[i]
    const [a, b] = [value * model.lowerOf(column), value * model.upperOf(column)]
    if (Math.abs(value) >= TINY_COEFFICIENT && Math.abs(b - a) >= TINY_TERM) {
      indices.push(column)
      values.push(value)
    } else {
      lower += Math.min(a, b)
      upper += Math.max(a, b)
    }
  }
  return { indices, values, constant: expression.constant, slack: { lower, upper } }
}

/** Interval of an expression over the bounds of its columns, widened by a relative 1e-12 for rounding. */
export function rangeOf(model: ModelBuilder, expression: Expression): Interval {
  let lower = expression.constant
  let upper = expression.constant
  let size = Math.abs(expression.constant)
  for (let i = 0; i < expression.indices.length; i++) {
    const column = expression.indices[i]
    const a = expression.values[i] * model.lowerOf(column)
    const b = expression.values[i] * model.upperOf(column)
    lower += Math.min(a, b)
    upper += Math.max(a, b)
    size += Math.max(Math.abs(a), Math.abs(b))
  }
  const slack = size * 1e-12
  return { lower: lower - slack, upper: upper + slack }
}

/** Gives an expression of several terms a column of its own; expressions of at most one term stay as they are. */
export function nameExpression(model: ModelBuilder, z: Expression, range: Interval, log: ColumnLog): Expression {
  if (z.indices.length <= 1) return z
  const column = model.addColumn(range.lower, range.upper)
  log(column, 'pre')
  addDefinition(model, z, [{ column, sign: -1 }], 0)
  return columnExpression(column)
}

/** max(z, 0) for a z known to lie in `range`. */
export function encodeRelu(model: ModelBuilder, z: Expression, range: Interval, log: ColumnLog): Expression {
  const { lower, upper } = range
  if (upper <= 0) return constantExpression(0)
  if (lower >= 0) return nameExpression(model, z, range, log)
  const value = model.addColumn(0, upper)
  if (upper <= TINY_SIDE) {
    log(value, 'value')
    return columnExpression(value)
  }
  if (-lower <= TINY_SIDE) {
    log(value, 'value')
    addDefinition(model, z, [{ column: value, sign: -1 }], -lower)
    return columnExpression(value)
  }
  const inactive = model.addColumn(0, -lower)
  const phase = model.addBinary()
  log(value, 'active')
  log(inactive, 'inactive')
  log(phase, 'phase')
  addDefinition(
    model,
    z,
    [
      { column: value, sign: -1 },
      { column: inactive, sign: 1 },
    ],
    0,
  )
  model.addRow(-Infinity, 0, [value, phase], [1, -upper])
  model.addRow(-Infinity, -lower, [inactive, phase], [1, -lower])
  return columnExpression(value)
}

/** Adds the row z + Σ sign·column + s = 0 with s free in [0, slack]. */
function addDefinition(
  model: ModelBuilder,
  z: Expression,
  columns: readonly { readonly column: number; readonly sign: 1 | -1 }[],
  slack: number,
): void {
  const kept = absorbTinyTerms(model, z)
  model.addRow(
    -(kept.constant + kept.slack.upper) - slack,
    -(kept.constant + kept.slack.lower),
    [...kept.indices, ...columns.map(({ column }) => column)],
    [...kept.values, ...columns.map(({ sign }) => sign)],
  )
}
