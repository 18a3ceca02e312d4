// Columns and rows of one activation neuron: unstable ReLUs get one binary, or a triangle, everything else neither (spec C.9).
import { columnExpression, constantExpression, roundingOf, type Expression } from './expression.ts'
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

interface Interval {
  readonly lower: number
  readonly upper: number
}

/** An expression without its tiny terms; what they can contribute is `slack`, and so is the rounding of all. */
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
  const rounding = roundingOf(expression)
  let lower = -rounding
  let upper = rounding
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

/** Interval of an expression over the bounds of its columns, widened by 1e-12 of its magnitude for rounding. */
export function rangeOf(model: ModelBuilder, expression: Expression): Interval {
  let lower = expression.constant
  let upper = expression.constant
  for (let i = 0; i < expression.indices.length; i++) {
    const column = expression.indices[i]
    const a = expression.values[i] * model.lowerOf(column)
    const b = expression.values[i] * model.upperOf(column)
    lower += Math.min(a, b)
    upper += Math.max(a, b)
  }
  const slack = expression.magnitude * 1e-12
  return { lower: lower - slack, upper: upper + slack }
}

/** A row that defines z: z = positive − negative, or z = positive where `negative` is −1. */
export interface Definition {
  readonly row: number
  readonly positive: number
  readonly negative: number
}

/** Where the columns and definitions of a neuron are noted down. */
export interface NeuronLog {
  column(column: number, role: ColumnRole): void
  definition(definition: Definition): void
}

/** How the two phases of an unstable ReLU are encoded: by a binary, or relaxed to the triangle without one. */
export type PhaseEncoding = 'binary' | 'triangle'

/** Gives an expression of several terms a column of its own; expressions of at most one term stay as they are. */
export function nameExpression(model: ModelBuilder, z: Expression, range: Interval, log: NeuronLog): Expression {
  if (z.indices.length <= 1) return z
  const positive = model.addColumn(range.lower, range.upper)
  log.column(positive, 'pre')
  const row = addDefinition(model, z, [{ column: positive, sign: -1 }], 0)
  log.definition({ row, positive, negative: -1 })
  return columnExpression(positive, Math.max(Math.abs(range.lower), Math.abs(range.upper)))
}

/** max(z, 0) for a z known to lie in `range`. */
export function encodeRelu(
  model: ModelBuilder,
  z: Expression,
  range: Interval,
  phases: PhaseEncoding,
  log: NeuronLog,
): Expression {
  const { lower, upper } = range
  if (upper <= 0) return constantExpression(0)
  if (lower >= 0) return nameExpression(model, z, range, log)
  const value = model.addColumn(0, upper)
  if (upper <= TINY_SIDE) {
    log.column(value, 'value')
    return columnExpression(value, upper)
  }
  if (-lower <= TINY_SIDE) {
    log.column(value, 'value')
    addDefinition(model, z, [{ column: value, sign: -1 }], -lower)
    return columnExpression(value, upper)
  }
  const inactive = model.addColumn(0, -lower)
  log.column(value, 'active')
  log.column(inactive, 'inactive')
  const row = addDefinition(model, z, [{ column: value, sign: -1 }, { column: inactive, sign: 1 }], 0) // prettier-ignore
  log.definition({ row, positive: value, negative: inactive })
  if (phases === 'triangle') {
    addTriangle(model, value, upper, inactive, -lower)
    return columnExpression(value, upper)
  }
  const phase = model.addBinary()
  log.column(phase, 'phase')
  model.addRow(-Infinity, 0, [value, phase], [1, -upper])
  model.addRow(-Infinity, -lower, [inactive, phase], [1, -lower])
  return columnExpression(value, upper)
}

/** active/u + inactive/−l ≤ 1, scaled so that the larger coefficient is 1; a tiny one is left out, which only loosens. */
function addTriangle(model: ModelBuilder, active: number, up: number, inactive: number, down: number): void {
  const scale = Math.min(up, down)
  const terms = [
    { column: active, value: scale / up },
    { column: inactive, value: scale / down },
  ].filter(({ value }) => value >= TINY_COEFFICIENT)
  // Rounding of the quotients moves the row by less than this.
  const limit = scale * (1 + 1e-15)
  model.addRow(
    -Infinity,
    limit,
    terms.map(({ column }) => column),
    terms.map(({ value }) => value),
  )
}

/** Adds the row z + Σ sign·column + s = 0 with s free in [0, slack]; returns its index. */
function addDefinition(
  model: ModelBuilder,
  z: Expression,
  columns: readonly { readonly column: number; readonly sign: 1 | -1 }[],
  slack: number,
): number {
  const kept = absorbTinyTerms(model, z)
  return model.addRow(
    -(kept.constant + kept.slack.upper) - slack,
    -(kept.constant + kept.slack.lower),
    [...kept.indices, ...columns.map(({ column }) => column)],
    [...kept.values, ...columns.map(({ sign }) => sign)],
  )
}
