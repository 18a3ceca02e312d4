// α-CROWN for the rows of one box: projected Adam on the slopes of its units with the analytic gradient (spec C.4).
import type { Units } from './units.ts'

const STEPS = 16
/** First step, in units of α; what is left of it after each further one. */
const RATE = 0.4
const DECAY = 0.9
const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-12

export class SlopeAscent {
  /** Slopes of the last pass, and where it has its minimum. */
  readonly slopes: Float64Array
  readonly place: Float64Array
  readonly #units: Units
  readonly #first: Float64Array
  readonly #second: Float64Array

  constructor(units: Units) {
    this.#units = units
    this.slopes = new Float64Array(units.neuron.length)
    this.#first = new Float64Array(units.neuron.length)
    this.#second = new Float64Array(units.neuron.length)
    this.place = new Float64Array(units.inputs)
  }

  /**
   * Raises the lower bound of the affine function at `at`, `slack` taken off, until it is positive or the steps are used
   * up; the best one. A positive one belongs to `slopes`.
   */
  raise(source: Float64Array, at: number, slack: number): number {
    const units = this.#units
    const { count } = units
    this.slopes.set(units.ruleSlope.subarray(0, count))
    this.place.fill(0)
    this.#first.fill(0, 0, count)
    this.#second.fill(0, 0, count)
    let best = -Infinity
    for (let step = 0; ; step++) {
      const bound = units.bound(source, at, 1, this.slopes) - slack
      if (bound > best) best = bound
      units.stepToMinimum(this.place, 1)
      if (best > 0 || step === STEPS) return best
      units.relax(this.place, this.slopes)
      this.#climb(step)
    }
  }

  #climb(step: number): void {
    const { count, inputs, coefficients, values } = this.#units
    const slopes = this.slopes
    const first = this.#first
    const second = this.#second
    const rate = (RATE * DECAY ** step * (1 - BETA1)) / (1 - BETA1 ** (step + 1))
    const scale = Math.sqrt((1 - BETA2) / (1 - BETA2 ** (step + 1)))
    for (let k = 0; k < count; k++) {
      const gradient = Math.max(0, coefficients[inputs + 1 + k]) * values[k]
      first[k] = BETA1 * first[k] + gradient
      second[k] = BETA2 * second[k] + gradient * gradient
      const moved = slopes[k] + (rate * first[k]) / (Math.sqrt(second[k]) * scale + EPSILON)
      slopes[k] = Math.min(1, Math.max(0, moved))
    }
  }
}
