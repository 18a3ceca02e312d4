// ReLU in the sound pass: any coefficient is allowed on an open neuron, with the intercept that makes it valid (spec D.4, item 2).
import type { Interval } from '../bounds/box.ts'
import type { GraftedReluLayer } from '../nn/layer.ts'
import { ALPHA_STEPS, BY_RULE, type Activation, type Lines, type Pulled } from './activation.ts'
import { emptyRange, type Range } from './affine-map.ts'
import { above, below, UNIT } from './arithmetic.ts'

/** With `grafted`, lines where its mask is 1. */
export class ReluActivation implements Activation, Lines {
  readonly needsBothSides = false
  readonly #mask: ArrayLike<number> | null
  readonly #slope: Float64Array
  readonly #intercept: Float64Array

  constructor(grafted: GraftedReluLayer | null) {
    this.#mask = grafted?.mask.data ?? null
    this.#slope = Float64Array.from(grafted?.slope.data ?? [])
    this.#intercept = Float64Array.from(grafted?.intercept.data ?? [])
  }

  isLoose(i: number, lower: number, upper: number): boolean {
    return this.#mask?.[i] !== 1 && !(lower >= 0 || upper <= 0)
  }

  image({ lower, upper, magnitude }: Range): Range {
    const result = emptyRange(lower.length)
    for (let i = 0; i < lower.length; i++) {
      if (this.#mask?.[i] === 1) {
        const a = this.#slope[i]
        const b = this.#intercept[i]
        const size = above(Math.abs(a) * magnitude[i] + Math.abs(b))
        const error = 3 * UNIT * size + Number.MIN_VALUE
        result.lower[i] = below(Math.min(a * lower[i], a * upper[i]) + b - error)
        result.upper[i] = above(Math.max(a * lower[i], a * upper[i]) + b + error)
        result.magnitude[i] = above(size)
      } else {
        result.lower[i] = Math.max(lower[i], 0)
        result.upper[i] = Math.max(upper[i], 0)
        result.magnitude[i] = result.upper[i]
      }
    }
    return result
  }

  prepare(): Lines {
    return this
  }

  pull(
    outgoing: Float64Array,
    into: Float64Array,
    { lower, upper }: Interval,
    alpha: Uint16Array | null,
    magnitude: Float64Array,
  ): Pulled {
    const mask = this.#mask
    let constant = 0
    let sizes = 0
    let slack = 0
    for (let i = 0; i < outgoing.length; i++) {
      const given = outgoing[i]
      if (given === 0) continue
      if (mask !== null && mask[i] === 1) {
        const kept = given * this.#slope[i]
        const shift = given * this.#intercept[i]
        into[i] = kept
        constant += shift
        sizes += Math.abs(shift)
        slack += UNIT * (Math.abs(kept) * magnitude[i] + Math.abs(shift))
        continue
      }
      const l = lower[i]
      const u = upper[i]
      if (l >= 0) into[i] = given
      else if (u <= 0) into[i] = 0
      else if (given > 0) {
        // 0 ≤ kept ≤ given by monotone rounding, whatever α ∈ [0,1]: given·relu(z) ≥ kept·z without an intercept.
        const q = alpha === null ? BY_RULE : alpha[i]
        into[i] = q === BY_RULE ? (u > -l ? given : 0) : given * (q / ALPHA_STEPS)
      } else {
        const kept = given * (u / (u - l))
        into[i] = kept
        const atLower = -kept * l
        const atUpper = (given - kept) * u
        const shift = Math.min(atLower, atUpper)
        const size = Math.max(Math.abs(atLower), Math.abs(atUpper))
        constant += shift
        sizes += size
        slack += 4 * UNIT * size
      }
    }
    return { constant, slack: slack + 2 * outgoing.length * UNIT * sizes }
  }
}
