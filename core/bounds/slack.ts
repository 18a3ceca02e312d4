// What one float32 rounding is taken for when bounds are made to hold in real arithmetic.
import type { Precision } from '../engine/engine.ts'

/** Unit roundoff by precision. */
const UNITS: { readonly [P in Precision]: number } = { float32: 2 ** -24, float64: 2 ** -53 }
/** Covers the rounding of the slack itself, and of sums in an order that `roundings` does not foresee. */
const MARGIN = 1.5

/**
 * Factor on the rounding scale of a bound. The scale counts roundings against magnitudes before anything cancels
 * (rounding.ts), in float64 as many as there can be; for float32 sums of many products it is an estimate, so bounds are of tier
 * `float32`, not certified.
 */
export function roundingUnit(precision: Precision): number {
  return MARGIN * UNITS[precision]
}
