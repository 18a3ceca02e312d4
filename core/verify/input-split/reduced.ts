// The network as it is on one box: neurons that do not change sign there are merged away, the others are units (spec C.2).
import type { Box } from '../../bounds/box.ts'
import type { AffineStep, DenseChain } from './chain.ts'
import { INFLATION, Units } from './units.ts'

/** What is known of a neuron on a box: 1 never negative, −1 never positive, 0 open. */
export type Phases = Int8Array

/** Unit roundoff of float64. */
const UNIT = 2 ** -53
/** Covers what underflows. */
const UNDERFLOW = 1e-280

export class ReducedNetwork {
  readonly units: Units
  /** The property's rows as affine functions, at 0, stride, … */
  rows: Float64Array
  readonly #chain: DenseChain
  /** Functions of the step being made and of the one before it. */
  #functions: Float64Array
  #before: Float64Array
  /** Neurons of the step before that are never negative, and those that are units with the units' numbers. */
  readonly #active: Int32Array
  readonly #open: Int32Array
  readonly #unit: Int32Array
  #actives = 0
  #opens = 0
  /** Bounds the relative rounding of every sum (spec D.3). */
  readonly #gamma: number
  /** How far each function made may be off, anywhere in the box. */
  readonly #errors: Float64Array
  /** What each neuron of the step before adds to that, per unit of weight. */
  readonly #loss: Float64Array

  constructor(chain: DenseChain) {
    const { inputs, hidden, rows, neurons, terms } = chain
    const widest = Math.max(rows.outputs, ...hidden.map(({ outputs }) => outputs))
    this.#chain = chain
    this.units = new Units(inputs, neurons)
    this.#functions = new Float64Array(widest * this.units.stride)
    this.#before = new Float64Array(widest * this.units.stride)
    this.rows = this.#functions
    this.#active = new Int32Array(widest)
    this.#open = new Int32Array(widest)
    this.#unit = new Int32Array(widest)
    this.#errors = new Float64Array(widest)
    this.#loss = new Float64Array(widest)
    this.#gamma = gammaOf(terms)
  }

  /** `phases` [neurons] must hold on the box; what it decides besides is written into them. */
  reduce(box: Box, phases: Phases): void {
    const { hidden, rows } = this.#chain
    this.units.count = 0
    this.#actives = 0
    this.#opens = 0
    let first = 0
    for (const [k, step] of hidden.entries()) {
      const own = phases.subarray(first, first + step.outputs)
      if (k === 0) this.#place(step, box)
      else this.#advance(step, own)
      this.#settle(step, own, first)
      first += step.outputs
      const made = this.#functions
      this.#functions = this.#before
      this.#before = made
    }
    if (hidden.length === 0) this.#place(rows, box)
    else this.#advance(rows, null)
    this.rows = this.#functions
  }

  /** What rounding does to a bound of row r. */
  rowSlack(r: number): number {
    return this.#slackOf(r, this.units.count)
  }

  /** The first step's functions: x = centre + radius·e. */
  #place({ weight, bias, weightSize, biasSize, outputs, inputs }: AffineStep, { lower, upper }: Box): void {
    const { stride } = this.units
    const functions = this.#functions
    for (let j = 0; j < outputs; j++) {
      let constant = bias[j]
      let size = biasSize[j]
      for (let i = 0; i < inputs; i++) {
        const w = weight[j * inputs + i]
        functions[j * stride + i] = w * (0.5 * upper[i] - 0.5 * lower[i])
        constant += w * (0.5 * lower[i] + 0.5 * upper[i])
        size += weightSize[j * inputs + i] * (Math.abs(lower[i]) + Math.abs(upper[i]))
      }
      functions[j * stride + inputs] = constant
      this.#errors[j] = this.#gamma * size + UNDERFLOW
    }
  }

  /** The next step's functions of neurons that are not known to be inactive. */
  #advance({ weight, bias, weightSize, biasSize, outputs, inputs }: AffineStep, phases: Phases | null): void {
    const { stride, count, inputs: variables } = this.units
    const before = this.#before
    const functions = this.#functions
    const length = variables + 1 + count - this.#opens
    for (let j = 0; j < outputs; j++) {
      if (phases && phases[j] < 0) continue
      const at = j * stride
      functions.fill(0, at, at + length)
      functions[at + variables] = bias[j]
      this.#addActives(weight, j * inputs, before, functions, at, length)
      let error = this.#gamma * biasSize[j] + UNDERFLOW
      for (let k = 0; k < this.#actives; k++)
        error += weightSize[j * inputs + this.#active[k]] * this.#loss[this.#active[k]]
      for (let k = 0; k < this.#opens; k++) {
        const neuron = this.#open[k]
        functions[at + variables + 1 + this.#unit[k]] = weight[j * inputs + neuron]
        error += weightSize[j * inputs + neuron] * this.#loss[neuron]
      }
      this.#errors[j] = error * INFLATION
    }
  }

  /** Adds the functions of active neurons, four at a time: half the loads and stores. */
  #addActives(
    weight: Float64Array,
    row: number,
    before: Float64Array,
    into: Float64Array,
    at: number,
    length: number,
  ): void {
    const { stride } = this.units
    const active = this.#active
    const count = this.#actives
    let k = 0
    for (; k + 3 < count; k += 4) {
      const w0 = weight[row + active[k]]
      const w1 = weight[row + active[k + 1]]
      const w2 = weight[row + active[k + 2]]
      const w3 = weight[row + active[k + 3]]
      const p0 = active[k] * stride
      const p1 = active[k + 1] * stride
      const p2 = active[k + 2] * stride
      const p3 = active[k + 3] * stride
      for (let c = 0; c < length; c++)
        into[at + c] += w0 * before[p0 + c] + w1 * before[p1 + c] + w2 * before[p2 + c] + w3 * before[p3 + c]
    }
    for (; k < count; k++) {
      const w = weight[row + active[k]]
      const from = active[k] * stride
      for (let c = 0; c < length; c++) into[at + c] += w * before[from + c]
    }
  }

  /** Bounds the neurons not known yet by CROWN and makes units of those that stay open. */
  #settle({ outputs }: AffineStep, phases: Phases, first: number): void {
    this.#actives = 0
    this.#opens = 0
    const { count } = this.units
    for (let j = 0; j < outputs; j++) {
      if (phases[j] < 0) continue
      const slack = this.#slackOf(j, count)
      if (phases[j] === 0) phases[j] = this.#phaseOf(j, first + j, slack, count)
      if (phases[j] <= 0) continue
      this.#active[this.#actives++] = j
      this.#loss[j] = slack
    }
  }

  #phaseOf(j: number, neuron: number, slack: number, count: number): -1 | 0 | 1 {
    const { units } = this
    const at = j * units.stride
    const lower = units.bound(this.#functions, at, 1, units.ruleSlope, count) - slack
    if (lower >= 0) return 1
    const upper = slack - units.bound(this.#functions, at, -1, units.ruleSlope, count)
    if (upper <= 0) return -1
    const open = { lower, upper, slack: slack + 2 * this.#gamma * Math.max(-lower, upper) }
    this.#open[this.#opens] = j
    this.#unit[this.#opens++] = units.add(neuron, open, this.#functions, at, units.inputs + 1 + count)
    this.#loss[j] = this.#gamma * upper
    return 0
  }

  /** What rounding does to a bound of function j over `count` units: while it was made, and while it is pulled back. */
  #slackOf(j: number, count: number): number {
    const { inputs, stride, upper } = this.units
    const functions = this.#functions
    const at = j * stride
    let size = 0
    for (let c = 0; c <= inputs; c++) size += Math.abs(functions[at + c])
    for (let k = 0; k < count; k++) size += Math.abs(functions[at + inputs + 1 + k]) * upper[k]
    return this.#errors[j] + this.#gamma * size
  }
}

/** γ_n = nu/(1 − nu), rounded up. */
function gammaOf(n: number): number {
  return (n * UNIT * INFLATION) / (1 - n * UNIT)
}
