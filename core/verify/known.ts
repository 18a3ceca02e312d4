// What one verification learns that holds for another: bounds and proved rows of a box hold on its parts.
import type { PreActivationBounds } from '../bounds/box.ts'

/**
 * What is known to hold on the box before anything is computed, from a verification of a larger one: bounds of a box hold
 * on its parts. Bounds are of the fused network; `rowLower` [rows] bounds the rows of the property.
 */
export interface Known {
  readonly bounds: PreActivationBounds
  readonly rowLower: Float64Array
  /** Whether some of it rests on HiGHS' word: then a verdict that uses it does too. */
  readonly bySolver: boolean
}
