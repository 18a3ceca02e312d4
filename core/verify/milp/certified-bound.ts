// A lower bound of a linear programme from any row multipliers, safe against float64 rounding (Neumaier and Shcherbina; spec C.12).
import type { SparseModel } from './sparse-model.ts'

/** Unit roundoff of float64. */
const UNIT = 2 ** -53
/** Smallest positive float64: absolute error of one underflowing product. */
const ETA = 2 ** -1074

/** γ_n of the standard error analysis, inflated so that it also bounds its own rounding (spec D.3). */
function gamma(n: number): number {
  const nu = n * UNIT
  return (nu / (1 - nu)) * (1 + 4 * UNIT)
}

/** |fl(Σ a_i b_i) − Σ a_i b_i| for `terms` products whose computed absolute sum is `absolute`, rounded up. */
function dotError(terms: number, absolute: number): number {
  const g = gamma(terms + 1)
  return g * absolute * (1 + 4 * g) + terms * ETA
}

/**
 * min cost·v + offset over the LP relaxation of `model` is at least the returned number, whatever `rowDual` holds
 * (multiplier of row i: positive prices the row's lower bound, negative its upper bound). −Infinity when nothing can be said.
 */
export function certifiedBound(model: SparseModel, rowDual: Float64Array): number {
  const dual = usableDuals(model, rowDual)
  const residual = Float64Array.from(model.cost)
  const absolute = model.cost.map(Math.abs)
  const terms = new Int32Array(model.columns).fill(1)
  let sum = model.offset
  let size = Math.abs(model.offset)
  let count = 1
  for (let row = 0; row < model.rows; row++) {
    const y = dual[row]
    if (y === 0) continue
    const reference = y > 0 ? model.rowLower[row] : model.rowUpper[row]
    sum += y * reference
    size += Math.abs(y * reference)
    count++
    for (let k = model.starts[row]; k < model.starts[row + 1]; k++) {
      const column = model.indices[k]
      const product = y * model.values[k]
      residual[column] -= product
      absolute[column] += Math.abs(product)
      terms[column]++
    }
  }
  return concretise(model, residual, absolute, terms, { sum, size, count })
}

interface PartialSum {
  readonly sum: number
  readonly size: number
  readonly count: number
}

/** Adds Σ_v min(g_v lower_v, g_v upper_v) with every g_v widened by its rounding error. */
function concretise(
  model: SparseModel,
  residual: Float64Array,
  absolute: Float64Array,
  terms: Int32Array,
  start: PartialSum,
): number {
  let { sum, size, count } = start
  for (let column = 0; column < model.columns; column++) {
    const error = dotError(terms[column], absolute[column])
    if (absolute[column] === 0) continue
    const lower = model.lower[column]
    const upper = model.upper[column]
    if (!Number.isFinite(lower) || !Number.isFinite(upper)) return -Infinity
    const g = residual[column]
    const term = Math.min(g * lower, g * upper)
    const slack = error * Math.max(Math.abs(lower), Math.abs(upper)) * (1 + 8 * UNIT)
    sum += term - slack
    size += Math.abs(term) + slack
    count += 2
  }
  const bound = sum - dotError(count, size)
  return Number.isFinite(bound) ? bound - Math.abs(bound) * 2 * UNIT : -Infinity
}

/** Multipliers that would price an infinite bound, or that are not finite, become 0. */
function usableDuals(model: SparseModel, rowDual: Float64Array): Float64Array {
  return Float64Array.from({ length: model.rows }, (_, row) => {
    const y = rowDual[row]
    if (!Number.isFinite(y)) return 0
    const reference = y > 0 ? model.rowLower[row] : model.rowUpper[row]
    return Number.isFinite(reference) ? y : 0
  })
}
