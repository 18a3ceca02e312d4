// What an activation kind must provide to the sound pass: images of intervals, and rows pulled back through lines around it.
import type { Interval } from '../bounds/box.ts'
import type { Range } from './affine-map.ts'

/** Line parameters as certificates hold them: α = q/65534, and 65535 leaves the choice to the rule. */
export const ALPHA_STEPS = 65534
export const BY_RULE = 65535

/** What one pull adds to a bound: a constant, and how far rounding may have put everything off. */
export interface Pulled {
  constant: number
  slack: number
}

/** One activation node of a network. */
export interface Activation {
  /** Bounds of the outputs for sound bounds of the inputs. */
  image(pre: Range): Range
  /** Whether neuron i is anything but an exact line on [lower, upper]: only there do tighter bounds matter. */
  isLoose(i: number, lower: number, upper: number): boolean
  /** Whether a bound of the other side can still matter once one side is known. */
  readonly needsBothSides: boolean
  /** Lines that depend on the bounds alone, prepared once for many pulls; they stay valid on smaller cells. */
  prepare(bounds: Interval): Lines
}

export interface Lines {
  /**
   * `into` becomes the coefficients on the inputs of a linear function that is at most Σ outgoing·outputs − (its constant)
   * for all inputs in [lower, upper]; any α gives such a function. `magnitude`: largest |inputs|.
   */
  pull(
    outgoing: Float64Array,
    into: Float64Array,
    cell: Interval,
    alpha: Uint16Array | null,
    magnitude: Float64Array,
  ): Pulled
}
