// Lines around the sigmoid whose slopes are free and whose intercepts are made sound on the interval (spec C.3, D.4).
import type { Interval } from '../bounds/box.ts'
import { ALPHA_STEPS, BY_RULE, type Activation, type Lines, type Pulled } from './activation.ts'
import { emptyRange, type Range } from './affine-map.ts'
import { UNIT } from './arithmetic.ts'

/** |computed − exact| of σ(z) and of products below 1 with it: Math.exp is good to a few units in the last place. */
const SIGMA_ERROR = 2 ** -49
/** Relative to 1 + |slope·z|: the intercept's own rounding, and how far a computed critical point lies from the exact one. */
const INTERCEPT_ERROR = 1e-12

/** A line's tangent points from θ = 0 over the standard one at 1/2 to θ = 1; `chord` where it is fixed. */
interface Touch {
  readonly chord: boolean
  readonly first: number
  readonly standard: number
  readonly last: number
}

export class SigmoidActivation implements Activation {
  readonly needsBothSides = true

  isLoose(_i: number, lower: number, upper: number): boolean {
    return !(upper - lower <= 1e-6)
  }

  image({ lower, upper }: Range): Range {
    const result = emptyRange(lower.length)
    for (let i = 0; i < lower.length; i++) {
      result.lower[i] = Math.max(0, sigma(lower[i]) - SIGMA_ERROR)
      result.upper[i] = Math.min(1, sigma(upper[i]) + SIGMA_ERROR)
      // min(1, NaN) is NaN, so that a bound that is no number stays none.
      result.magnitude[i] = result.upper[i] + 0 * result.lower[i]
    }
    return result
  }

  prepare(bounds: Interval): Lines {
    return new SigmoidLines(bounds)
  }
}

class SigmoidLines implements Lines {
  readonly #bounds: Interval
  readonly #below: readonly Touch[]
  readonly #above: readonly Touch[]

  constructor(bounds: Interval) {
    const { lower, upper } = bounds
    this.#bounds = { lower: lower.slice(), upper: upper.slice() }
    this.#below = Array.from(lower, (l, i) => lowerTouch(l, upper[i]))
    this.#above = Array.from(lower, (l, i) => mirrored(lowerTouch(-upper[i], -l)))
  }

  pull(
    outgoing: Float64Array,
    into: Float64Array,
    _cell: Interval,
    alpha: Uint16Array | null,
    magnitude: Float64Array,
  ): Pulled {
    let constant = 0
    let slack = 0
    let sizes = 0
    for (let i = 0; i < outgoing.length; i++) {
      const given = outgoing[i]
      if (given === 0) continue
      const l = this.#bounds.lower[i]
      const u = this.#bounds.upper[i]
      const theta = alpha === null || alpha[i] === BY_RULE ? 0.5 : alpha[i] / ALPHA_STEPS
      const slope = slopeOf(given > 0 ? this.#below[i] : this.#above[i], theta, l, u)
      const intercept = given > 0 ? lowestGap(slope, l, u) : -lowestGap(slope, -u, -l) + 1
      const kept = given * slope
      const shift = given * intercept
      into[i] = kept
      constant += shift
      sizes += Math.abs(shift)
      slack += UNIT * Math.abs(kept) * magnitude[i] + 4 * UNIT * Math.abs(given) * (1 + Math.abs(intercept))
    }
    return { constant, slack: slack + 2 * outgoing.length * UNIT * sizes }
  }
}

/**
 * A number that is at most σ(z) − slope·z for all z in [l, u]. The least value lies at an end or where σ' = slope; near such
 * a point the function is flat, so that an error of 1e-7 in its place costs 1e-15. An upper line follows from σ(z) = 1 − σ(−z).
 */
function lowestGap(slope: number, l: number, u: number): number {
  let least = Math.min(gapAt(slope, l), gapAt(slope, u))
  if (slope > 0 && slope < 0.25) {
    const p = (2 * slope) / (1 + Math.sqrt(1 - 4 * slope))
    const z = Math.log(p / (1 - p))
    if (z > l && z < u) least = Math.min(least, gapAt(slope, z))
    if (-z > l && -z < u) least = Math.min(least, gapAt(slope, -z))
  }
  return least
}

function gapAt(slope: number, z: number): number {
  return sigma(z) - slope * z - INTERCEPT_ERROR * (1 + Math.abs(slope * z))
}

function slopeOf({ chord, first, standard, last }: Touch, theta: number, l: number, u: number): number {
  if (chord) return (sigma(u) - sigma(l)) / (u - l)
  const shift = 2 * theta - 1
  return slopeAt(standard + (shift >= 0 ? shift * (last - standard) : shift * (standard - first)))
}

function sigma(z: number): number {
  return 1 / (1 + Math.exp(-z))
}

function slopeAt(z: number): number {
  const s = sigma(z)
  return s * (1 - s)
}

/** Where the line below touches: the tightest tangents; that they are valid is not relied on. */
function lowerTouch(l: number, u: number): Touch {
  const middle = (l + u) / 2
  if (!(u - l >= 1e-9)) return { chord: false, first: l, standard: l, last: l }
  if (u <= 0) return { chord: false, first: l, standard: middle, last: u }
  if (l >= 0 || (sigma(u) - sigma(l)) / (u - l) <= slopeAt(l)) return { chord: true, first: 0, standard: 0, last: 0 }
  const touch = lowestTouch(u)
  return { chord: false, first: Math.min(l, touch), standard: Math.min(touch, middle), last: touch }
}

/** The largest d ≤ 0 whose tangent passes below the curve at u > 0, to 1e-9. */
function lowestTouch(u: number): number {
  const passes = (d: number): boolean => sigma(d) + slopeAt(d) * (u - d) <= sigma(u)
  let safe = -1
  while (!passes(safe) && safe > -1e6) safe *= 2
  let high = 0
  for (let step = 0; step < 60 && high - safe > 1e-9; step++) {
    const middle = (safe + high) / 2
    if (passes(middle)) safe = middle
    else high = middle
  }
  return safe
}

function mirrored({ chord, first, standard, last }: Touch): Touch {
  return { chord, first: -last, standard: -standard, last: -first }
}
