// A model in units of its own: columns that range over about 1, rows with entries up to about 1, so that a solver's tolerances mean something.
import type { Objective, SparseModel } from './sparse-model.ts'

/** Entries this small beside 1 are taken out and their row is widened by what they can do: solvers drop them without a word. */
const NEGLIGIBLE = 1e-10

/** Column j stands for shift[j] + size[j]·v, row i was multiplied by row[i]; all factors are powers of 2. */
export interface Scaling {
  readonly shift: Float64Array
  readonly size: Float64Array
  readonly row: Float64Array
}

export interface ScaledModel {
  /** Without an objective. */
  readonly model: SparseModel
  readonly scaling: Scaling
}

/** An objective over the scaled columns: the original one times `factor`, plus a constant. */
export interface ScaledObjective {
  readonly cost: Float64Array
  readonly offset: number
  readonly factor: number
}

/** HiGHS measures feasibility in absolute numbers: ranges of 1e-8 would vanish in its tolerances, ranges of 1e8 exceed them. */
export function scaleModel(model: SparseModel): ScaledModel {
  const { columns, rows, starts, indices, values } = model
  const shift = new Float64Array(columns)
  const size = new Float64Array(columns).fill(1)
  for (let j = 0; j < columns; j++) {
    const width = model.upper[j] - model.lower[j]
    if (model.integer[j] === 1 || !Number.isFinite(width)) continue
    shift[j] = model.lower[j]
    size[j] = powerOfTwo(width)
  }
  const row = new Float64Array(rows)
  const kept = { starts: new Int32Array(rows + 1), indices: indices.slice(), values: values.slice() }
  const bounds = { lower: model.rowLower.slice(), upper: model.rowUpper.slice() }
  let at = 0
  for (let i = 0; i < rows; i++) {
    let most = 0
    for (let k = starts[i]; k < starts[i + 1]; k++) most = Math.max(most, Math.abs(values[k]) * size[indices[k]])
    const factor = 1 / powerOfTwo(most)
    row[i] = factor
    let moved = 0
    let [least, greatest] = [0, 0]
    for (let k = starts[i]; k < starts[i + 1]; k++) {
      const j = indices[k]
      moved += values[k] * shift[j]
      const value = values[k] * size[j] * factor
      if (Math.abs(value) >= NEGLIGIBLE) {
        kept.indices[at] = j
        kept.values[at++] = value
        continue
      }
      const reach = value * ((model.upper[j] - model.lower[j]) / size[j])
      least += Math.min(0, reach)
      greatest += Math.max(0, reach)
    }
    kept.starts[i + 1] = at
    bounds.lower[i] = (model.rowLower[i] - moved) * factor - greatest
    bounds.upper[i] = (model.rowUpper[i] - moved) * factor - least
  }
  const scaled: SparseModel = {
    ...model,
    cost: new Float64Array(columns),
    offset: 0,
    lower: model.lower.map((value, j) => (value - shift[j]) / size[j]),
    upper: model.upper.map((value, j) => (value - shift[j]) / size[j]),
    rowLower: bounds.lower,
    rowUpper: bounds.upper,
    starts: kept.starts,
    indices: kept.indices.slice(0, at),
    values: kept.values.slice(0, at),
  }
  return { model: scaled, scaling: { shift, size, row } }
}

/** An objective that ranges over about 1 on the columns' bounds. */
export function scaleObjective(
  model: Pick<SparseModel, 'columns' | 'lower' | 'upper'>,
  { indices, values, constant }: Objective,
  { shift, size }: Scaling,
): ScaledObjective {
  const factor = 1 / powerOfTwo(objectiveReach(model, { indices, values, constant }))
  const cost = new Float64Array(model.columns)
  let offset = constant
  for (let k = 0; k < indices.length; k++) {
    cost[indices[k]] = values[k] * size[indices[k]] * factor
    offset += values[k] * shift[indices[k]]
  }
  return { cost, offset: offset * factor, factor }
}

/** How much an objective can vary over the columns' bounds: what the tolerances of a solver are to be measured by. */
export function objectiveReach(
  { lower, upper }: Pick<SparseModel, 'lower' | 'upper'>,
  { indices, values }: Objective,
): number {
  let reach = 0
  for (let k = 0; k < indices.length; k++) reach += Math.abs(values[k]) * (upper[indices[k]] - lower[indices[k]])
  return reach
}

/** Values of the original columns. */
export function originalPoint({ shift, size }: Scaling, point: ArrayLike<number>): Float64Array {
  return Float64Array.from(shift, (value, j) => value + size[j] * point[j])
}

/** Values of the scaled columns. */
export function scaledPoint({ shift, size }: Scaling, point: ArrayLike<number>): Float64Array {
  return Float64Array.from(shift, (value, j) => (point[j] - value) / size[j])
}

/** Multipliers of the original rows for an objective that was multiplied by `factor` (1 for a ray). */
export function originalDuals({ row }: Scaling, duals: ArrayLike<number>, factor: number): Float64Array {
  return Float64Array.from(row, (value, i) => (duals[i] * value) / factor)
}

/** The power of 2 nearest to a size; 1 where that says nothing. */
function powerOfTwo(size: number): number {
  return size > 0 && Number.isFinite(size) ? 2 ** Math.max(-500, Math.min(500, Math.round(Math.log2(size)))) : 1
}
