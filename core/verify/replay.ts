// The replay of witnesses: nothing is a counterexample until float64 evaluation of the original network says so, strictly.
import { EspalierError } from '../contract/errors.ts'
import { evaluate64 } from '../nn/index.ts'
import { absoluteNetwork } from './absolute-network.ts'
import type { Outcome, Witness } from './outcome.ts'
import type { Problem } from './problem.ts'
import { rowValues } from './rows.ts'

/** Unit roundoff of float64. */
const UNIT = 2 ** -53

/** Row values at one point with a bound of their float64 rounding errors. */
export interface RowValues {
  /** The point, clamped into the box. */
  readonly input: Float64Array
  readonly output: Float64Array
  /** [rows] */
  readonly values: Float64Array
  /** [rows] |values[r] − exact value| ≤ errors[r]. */
  readonly errors: Float64Array
}

/** Evaluates points of one problem and decides whether they are counterexamples. */
export class Replay {
  readonly #problem: Problem
  #absolute: ReturnType<typeof absoluteNetwork> | null = null

  constructor(problem: Problem) {
    this.#problem = problem
  }

  /**
   * The point as a witness, or null when it is none: clamped into the box first; every deciding row must be negative by
   * more than its rounding error. Ties and points that are not finite are no witnesses.
   */
  accept(point: ArrayLike<number>): Witness | null {
    const input = this.clamp(point)
    if (!input) return null
    const output = evaluate64(this.#problem.network, input)
    const quick = rowValues(this.#problem.property.rows, output)
    if (!decides(this.#problem, (row) => quick[row] < 0)) return null
    const { values, errors } = this.evaluate(input)
    if (!decides(this.#problem, (row) => values[row] < -errors[row])) return null
    return { input, output, linf: this.#distance(input), margin: propertyValue(this.#problem, values) }
  }

  /** Row values at a point clamped into the box, with bounds of their rounding errors. */
  evaluate(point: ArrayLike<number>): RowValues {
    const input = this.clamp(point) ?? Float64Array.from(point)
    const output = evaluate64(this.#problem.network, input)
    this.#absolute ??= absoluteNetwork(this.#problem.network)
    const magnitude = evaluate64(this.#absolute.network, input.map(Math.abs))
    const { rows, coefficients, offsets } = this.#problem.property.rows
    const roundings = this.#absolute.roundings + output.length + 2
    const gamma = (roundings * UNIT) / (1 - roundings * UNIT)
    const errors = Float64Array.from({ length: rows }, (_, row) => {
      let size = Math.abs(offsets[row])
      for (let o = 0; o < output.length; o++) size += Math.abs(coefficients[row * output.length + o]) * magnitude[o]
      // The magnitudes are rounded too: a factor of 1 + 4γ covers that.
      return gamma * size * (1 + 4 * gamma)
    })
    return { input, output, values: rowValues(this.#problem.property.rows, output), errors }
  }

  /** The point moved into the box; null when it is not finite or has the wrong length. */
  clamp(point: ArrayLike<number>): Float64Array | null {
    const { lower, upper } = this.#problem.box
    if (point.length !== lower.length) return null
    const input = Float64Array.from(lower, (bound, i) => Math.min(Math.max(point[i], bound), upper[i]))
    return input.every(Number.isFinite) ? input : null
  }

  #distance(input: Float64Array): number {
    const { centre, box } = this.#problem
    return input.reduce((far, value, i) => {
      const middle = centre ? centre[i] : (box.lower[i] + box.upper[i]) / 2
      return Math.max(far, Math.abs(value - middle))
    }, 0)
  }
}

/** The property's value from its row values: negative at counterexamples, the larger the safer. */
export function propertyValue({ property }: Problem, values: Float64Array): number {
  return property.kind === 'all-positive' ? Math.min(...values) : Math.max(...values)
}

function decides({ property }: Problem, negative: (row: number) => boolean): boolean {
  const rows = Array.from({ length: property.rows.rows }, (_, row) => row)
  return property.kind === 'all-positive' ? rows.some(negative) : rows.length > 0 && rows.every(negative)
}

/**
 * Holds a verdict against points that were seen: a witness among them contradicts `verified`.
 * @throws EspalierError 'verify/soundness' naming the method; such an outcome must never be stored.
 */
export function requireConsistent(replay: Replay, outcome: Outcome, points: Iterable<ArrayLike<number>>): void {
  if (outcome.verdict !== 'verified') return
  for (const point of points) {
    const witness = replay.accept(point)
    if (!witness) continue
    throw new EspalierError(
      'verify/soundness',
      `"${outcome.method}" says verified, but a replayed point of the box has margin ${witness.margin}`,
      'This is a bug in Espalier: please report it with the model and the recipe. The result was not stored.',
    )
  }
}
