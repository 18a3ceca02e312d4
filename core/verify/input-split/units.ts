// The open neurons of one box and CROWN on them alone: each is an affine function of the input and of open neurons before it.

/** Factor on a computed sum of non-negative numbers that makes it an upper bound of the exact one. */
export const INFLATION = 1 + 2 ** -30

export interface OpenNeuron {
  readonly lower: number
  readonly upper: number
  readonly slack: number
}

/**
 * Affine functions are rows of [inputs | 1 | units] coefficients; the inputs are e ∈ [−1, 1], the place in the box. Units are
 * in the order of the layers, and those of one layer do not depend on each other.
 */
export class Units {
  readonly inputs: number
  /** Between two affine functions in an array of them. */
  readonly stride: number
  count = 0
  /** Number of the neuron, over all hidden layers. */
  readonly neuron: Int32Array
  readonly lower: Float64Array
  readonly upper: Float64Array
  /** The upper line. */
  readonly upperSlope: Float64Array
  readonly intercept: Float64Array
  /** Slope α of the lower line by rule (spec C.2). */
  readonly ruleSlope: Float64Array
  /** What rounding does at the unit to a bound that depends on it, per unit of its coefficient. */
  readonly slack: Float64Array
  /** Coefficients of the last pass: on the inputs after it, on each unit when its turn came. */
  readonly coefficients: Float64Array
  /** Values of the pre-activations at the last point asked about. */
  readonly values: Float64Array
  /** Pre-activations, [units, stride]. */
  readonly functions: Float64Array
  /** Entries of each unit's function that count. */
  readonly #length: Int32Array
  readonly #outputs: Float64Array

  constructor(inputs: number, most: number) {
    this.inputs = inputs
    this.stride = inputs + 1 + most
    this.neuron = new Int32Array(most)
    this.lower = new Float64Array(most)
    this.upper = new Float64Array(most)
    this.upperSlope = new Float64Array(most)
    this.intercept = new Float64Array(most)
    this.ruleSlope = new Float64Array(most)
    this.slack = new Float64Array(most)
    this.values = new Float64Array(most)
    this.#outputs = new Float64Array(most)
    this.#length = new Int32Array(most)
    this.coefficients = new Float64Array(this.stride)
    this.functions = new Float64Array(most * this.stride)
  }

  /** Adds a neuron with l < 0 < u and its function, which has `length` entries; its number. */
  add(neuron: number, { lower, upper, slack }: OpenNeuron, source: Float64Array, at: number, length: number): number {
    const k = this.count++
    const width = upper - lower
    // A width that overflows would make the line above flat: NaN, so that nothing is proved by it.
    const slope = width < Infinity ? upper / width : NaN
    this.neuron[k] = neuron
    this.lower[k] = lower
    this.upper[k] = upper
    this.upperSlope[k] = slope
    this.intercept[k] = -lower * slope
    this.ruleSlope[k] = upper > -lower ? 1 : 0
    this.slack[k] = slack
    this.#length[k] = length
    this.functions.set(source.subarray(at, at + length), k * this.stride)
    return k
  }

  /**
   * Lower bound of `sign` times the affine function at `at` over the first `count` units, and its `coefficients`; the
   * units' slack is taken off, the function's own is not. NaN where something is no number.
   */
  bound(source: Float64Array, at: number, sign: 1 | -1, slopes: Float64Array, count = this.count): number {
    const { inputs, stride, coefficients, functions, upperSlope, intercept, slack } = this
    const lengths = this.#length
    const first = inputs + 1
    for (let c = 0; c < first + count; c++) coefficients[c] = sign * source[at + c]
    let lost = 0
    let bound = 0
    for (let k = count - 1; k >= 0; k--) {
      const outgoing = coefficients[first + k]
      if (outgoing === 0) continue
      const kept = outgoing * (outgoing > 0 ? slopes[k] : upperSlope[k])
      lost += Math.abs(outgoing) * slack[k]
      if (!(outgoing > 0)) bound += outgoing * intercept[k]
      if (kept === 0) continue
      const from = k * stride
      for (let c = 0, end = lengths[k]; c < end; c++) coefficients[c] += kept * functions[from + c]
    }
    bound += coefficients[inputs]
    for (let i = 0; i < inputs; i++) bound -= Math.abs(coefficients[i])
    return bound - lost * INFLATION
  }

  /** Moves a place of the box a share of the way to where the last pass has its minimum. */
  stepToMinimum(place: Float64Array, share: number): void {
    for (let i = 0; i < this.inputs; i++) place[i] -= share * (place[i] + Math.sign(this.coefficients[i]))
  }

  /** Values of the units at a place of the box, each ReLU replaced by the line that the last pass took. */
  relax(place: Float64Array, slopes: Float64Array): void {
    const { coefficients, upperSlope, intercept, inputs } = this
    this.#walk(place, (k, value) =>
      coefficients[inputs + 1 + k] > 0 ? slopes[k] * value : upperSlope[k] * value + intercept[k],
    )
  }

  /** The network's own value of the affine functions at 0, stride, … at a place of the box. */
  evaluate(place: Float64Array, source: Float64Array, into: Float64Array): void {
    this.#walk(place, (_, value) => Math.max(0, value))
    for (let r = 0; r < into.length; r++)
      into[r] = this.#valueOf(place, source, r * this.stride, this.inputs + 1 + this.count)
  }

  #walk(place: Float64Array, output: (k: number, value: number) => number): void {
    for (let k = 0; k < this.count; k++) {
      const value = this.#valueOf(place, this.functions, k * this.stride, this.#length[k])
      this.values[k] = value
      this.#outputs[k] = output(k, value)
    }
  }

  #valueOf(place: Float64Array, source: Float64Array, at: number, length: number): number {
    const { inputs } = this
    const outputs = this.#outputs
    let value = source[at + inputs]
    for (let i = 0; i < inputs; i++) value += place[i] * source[at + i]
    for (let c = inputs + 1; c < length; c++) value += source[at + c] * outputs[c - inputs - 1]
    return value
  }
}
