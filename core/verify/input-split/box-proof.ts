// The property on one box: its rows by CROWN with slopes by rule, then those that need it with slopes of their own.
import type { Box } from '../../bounds/box.ts'
import type { Property } from '../problem.ts'
import { SlopeAscent } from './ascent.ts'
import { chooseAxis } from './axis.ts'
import type { DenseChain } from './chain.ts'
import { ReducedNetwork, type Phases } from './reduced.ts'

/** Places of a box that are tried as counterexamples. */
const PLACES = 8

export class BoxProof {
  readonly #kind: Property['kind']
  readonly #network: ReducedNetwork
  readonly #ascent: SlopeAscent
  readonly #bounds: Float64Array
  readonly #values: Float64Array
  readonly #place: Float64Array

  constructor(chain: DenseChain, kind: Property['kind']) {
    this.#kind = kind
    this.#network = new ReducedNetwork(chain)
    this.#ascent = new SlopeAscent(this.#network.units)
    this.#bounds = new Float64Array(chain.rows.outputs)
    this.#values = new Float64Array(chain.rows.outputs)
    this.#place = new Float64Array(chain.inputs)
  }

  /** Input to halve where the box is not proved; −1 where it is too small. Asked before anything else about the box. */
  chooseAxis(box: Box): number {
    return chooseAxis(this.#network.units, this.#ascent.slopes, box)
  }

  /** Where the row that stands in the way has its smallest relaxed value, in [−1, 1] along each input. */
  get worstPlace(): Float64Array {
    return this.#ascent.place
  }

  /**
   * Lower bound of the property's value on the box; −∞ where nothing is known. `phases` as `ReducedNetwork.reduce`. Where
   * it is not positive, the last pass was about the row that stands in the way (the nearest one, for `any-positive`).
   */
  bound(box: Box, phases: Phases): number {
    this.#network.reduce(box, phases)
    const { rows, units } = this.#network
    const bounds = this.#bounds
    for (let r = 0; r < bounds.length; r++) {
      const bound = units.bound(rows, r * units.stride, 1, units.ruleSlope) - this.#network.rowSlack(r)
      bounds[r] = Number.isNaN(bound) ? -Infinity : bound
    }
    return this.#kind === 'all-positive' ? this.#boundAll() : this.#boundAny()
  }

  /** Every row that is not positive yet, the worst first, until one cannot be helped. */
  #boundAll(): number {
    const bounds = this.#bounds
    for (;;) {
      const worst = this.#decidingRow(bounds)
      if (worst < 0 || bounds[worst] > 0) return Math.min(...bounds)
      this.#raise(worst)
      if (!(bounds[worst] > 0)) return Math.min(...bounds)
    }
  }

  #boundAny(): number {
    const bounds = this.#bounds
    const best = this.#decidingRow(bounds)
    if (best >= 0 && !(bounds[best] > 0)) this.#raise(best)
    return Math.max(...bounds)
  }

  #raise(row: number): void {
    const { rows, units } = this.#network
    const bound = this.#ascent.raise(rows, row * units.stride, this.#network.rowSlack(row))
    if (bound > this.#bounds[row]) this.#bounds[row] = bound
  }

  /**
   * Places that are counterexamples but for rounding. The search steps towards the minimum of the row that keeps the place
   * from being one, by smaller and smaller steps (fictitious play): where rows compete, no row's own minimum need be one.
   */
  *counterexamples(): Generator<Float64Array> {
    const { units, rows } = this.#network
    const place = this.#place
    place.set(this.#ascent.place)
    for (let step = 1; step <= PLACES; step++) {
      units.evaluate(place, rows, this.#values)
      const row = this.#decidingRow(this.#values)
      if (this.#values[row] < 0) yield place
      units.bound(rows, row * units.stride, 1, units.ruleSlope)
      units.stepToMinimum(place, 1 / (step + 1))
    }
  }

  /** The row whose value is the property's. */
  #decidingRow(values: Float64Array): number {
    return values.indexOf(this.#kind === 'all-positive' ? Math.min(...values) : Math.max(...values))
  }
}
