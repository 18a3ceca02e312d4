// Column bounds of one case: its phases, and what they imply for all later neurons, by interval arithmetic on the rows.
import type { SparseModel } from '../milp/sparse-model.ts'
import type { CaseModel } from './cases.ts'

/** Column bounds of a case, and the phases they imply. */
export interface CaseBounds {
  readonly lower: Float64Array
  readonly upper: Float64Array
  /** The signs of the case, and those that follow from them. */
  readonly signs: Int8Array
}

/**
 * Rounding of the interval of a row, relative to the size of its terms: fan-ins stay below 2^17 and one rounding is
 * 2^-53, so this is more than four times what it can be.
 */
const ROUNDING = 2 ** -34

/** The bounds of the case; null where some row has no room left, so that the case is empty. */
export function propagateCase({ model, definitions }: CaseModel, given: Int8Array): CaseBounds | null {
  const lower = model.lower.slice()
  const upper = model.upper.slice()
  const signs = given.slice()
  for (const [place, { row, positive, negative }] of definitions.entries()) {
    const z = rangeOfRow(model, row, lower, upper, positive, negative)
    if (negative < 0) {
      lower[positive] = Math.max(lower[positive], z.lower)
      upper[positive] = Math.min(upper[positive], z.upper)
      if (lower[positive] > upper[positive]) return null
      continue
    }
    if ((signs[place] > 0 && z.upper < 0) || (signs[place] < 0 && z.lower > 0)) return null
    if (signs[place] === 0) signs[place] = z.lower >= 0 ? 1 : z.upper <= 0 ? -1 : 0
    upper[positive] = Math.min(upper[positive], signs[place] < 0 ? 0 : Math.max(z.upper, 0))
    upper[negative] = Math.min(upper[negative], signs[place] > 0 ? 0 : Math.max(-z.lower, 0))
    lower[positive] = Math.min(Math.max(z.lower, 0), upper[positive])
    lower[negative] = Math.min(Math.max(-z.upper, 0), upper[negative])
  }
  return { lower, upper, signs }
}

/** Interval of z = positive − negative that a definition row leaves, outward. */
function rangeOfRow(
  { starts, indices, values, rowLower, rowUpper }: SparseModel,
  row: number,
  lower: Float64Array,
  upper: Float64Array,
  positive: number,
  negative: number,
): { lower: number; upper: number } {
  let least = -rowUpper[row]
  let most = -rowLower[row]
  let size = Math.max(Math.abs(least), Math.abs(most))
  for (let k = starts[row]; k < starts[row + 1]; k++) {
    const column = indices[k]
    if (column === positive || column === negative) continue
    const a = values[k] * lower[column]
    const b = values[k] * upper[column]
    least += a < b ? a : b
    most += a < b ? b : a
    size += Math.max(Math.abs(a), Math.abs(b))
  }
  const slack = size * ROUNDING
  return { lower: least - slack, upper: most + slack }
}
