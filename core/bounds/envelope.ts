// Upper lines of first-layer ReLUs in all their inputs at once: the concave envelope on the box lies far below the chord.
//
// y = max(z, 0), z = m + a·ξ on ξ ∈ [−1, 1]: for any shares θ ∈ [0, 1] of the inputs,
//   y ≤ Σ θ_i (|a_i| + a_i ξ_i) + max(0, u − 2 Σ θ_i |a_i|),   u = m + Σ |a_i|;
// equal shares u/(u − l) are the chord. These are the facets of Anderson et al. 2020 (theorem 5) and Tjandraatmadja et al. 2020,
// and all between them. A lower bound that takes y with a negative coefficient ends as constant − Σ |c_i|, so the best shares
// are those that cancel most of c: found neuron by neuron while the others stay (docs/decisions/0014-envelopes.md).
import type { FirstNeuron } from './first-layer.ts'

/** A linear lower bound on the box: `bound` is its minimum, `scaled` its coefficients times the radii. */
export interface LinearBound {
  bound: number
  readonly scaled: Float64Array
}

/** What a bound was made with: ranges of neurons and Λ on their outputs. */
export interface Chords {
  readonly lower: Float32Array
  readonly upper: Float32Array
  readonly coefficients: Float32Array
}

/** A neuron of the first layer and its place in the arrays of `Chords`. */
export interface PlacedNeuron extends FirstNeuron {
  readonly place: number
}

/** Relative rounding of a chord in float32: its slope (3 units), its intercept (4). */
const CHORD = 8 * 2 ** -24
/** Relative rounding of the sums here, in float64: fewer than a million terms. */
const SUMS = 2 ** -32
/** A coefficient below this share of the mean is next to 0: its input may be anywhere. */
const NOTHING = 0.02

export class Envelope {
  readonly #neurons: readonly PlacedNeuron[]
  /** θ·a of each neuron, one after another from `first` on; what the row that was raised last came to. */
  readonly #lines: Float64Array
  readonly #first: readonly number[]
  /** Σ θ|a| of each neuron. */
  readonly #used: Float64Array
  readonly #wanted: Float64Array

  constructor(neurons: readonly PlacedNeuron[]) {
    let size = 0
    this.#neurons = neurons
    this.#first = neurons.map(({ scaled }) => (size += scaled.length) - scaled.length)
    this.#lines = new Float64Array(size)
    this.#used = new Float64Array(neurons.length)
    this.#wanted = new Float64Array(neurons.reduce((widest, { scaled }) => Math.max(widest, scaled.length), 0))
  }

  /** Raises `row`, a bound made with the `chords` from `at` on, where an envelope gives more than they do. */
  raise(row: LinearBound, chords: Chords, at: number): void {
    const sum = magnitude(row.scaled)
    let constant = row.bound + sum
    let size = Math.abs(row.bound) + sum
    let lost = 0
    // One round over the neurons gives 95 % of what there is.
    for (const [k, neuron] of this.#neurons.entries()) {
      const weight = weightOf(chords, at + neuron.place)
      if (weight === 0) continue
      const { low, high, reach } = neuron
      const l = chords.lower[at + neuron.place]
      const u = chords.upper[at + neuron.place]
      const slope = u / (u - l)
      this.#begin(k, slope)
      constant += weight * (slope * (low + reach - l) - leastAbove(neuron, slope * reach))
      constant += this.#turn(k, weight, row.scaled)
      size += weight * (2 * reach + Math.abs(low) + Math.abs(high))
      lost += weight * (u - l)
    }
    row.bound = constant - magnitude(row.scaled) - SUMS * size - CHORD * lost
  }

  /**
   * Calls `each` with the place of every neuron and how far its line is above its ReLU at the minimiser of the row that was raised
   * last: what splitting it could still gain.
   */
  gaps({ scaled: c }: LinearBound, chords: Chords, at: number, each: (place: number, gap: number) => void): void {
    const nothing = (NOTHING * magnitude(c)) / c.length
    const point = c.map((value) => (value === 0 ? 0 : Math.max(-1, Math.min(1, -value / nothing))))
    for (const [k, neuron] of this.#neurons.entries()) {
      if (weightOf(chords, at + neuron.place) === 0) continue
      const { inputs, scaled: a } = neuron
      const first = this.#first[k]
      let z = neuron.low + neuron.reach
      let line = leastAbove(neuron, this.#used[k])
      for (let i = 0; i < a.length; i++) {
        const x = point[inputs ? inputs[i] : i]
        z += a[i] * x
        line += this.#lines[first + i] * x
      }
      each(neuron.place, Math.max(0, line - Math.max(0, z)))
    }
  }

  /** The line of neuron k is its chord, all shares being `slope`. */
  #begin(k: number, slope: number): void {
    const { scaled, reach } = this.#neurons[k]
    const first = this.#first[k]
    for (let i = 0; i < scaled.length; i++) this.#lines[first + i] = slope * scaled[i]
    this.#used[k] = slope * reach
  }

  /**
   * The best line of neuron k, of weight −Λ, while the others stay: shares that take coefficients of the row towards 0 first, what is
   * left of Σ θ|a| = u/2 evenly. Returns what the constant gains.
   */
  #turn(k: number, weight: number, c: Float64Array): number {
    const neuron = this.#neurons[k]
    const { inputs, scaled: a, reach, high } = neuron
    const first = this.#first[k]
    const lines = this.#lines
    const wanted = this.#wanted
    const inverse = 1 / weight
    let all = 0
    for (let i = 0; i < a.length; i++) {
      const whole = a[i]
      const best = lines[first + i] + inverse * c[inputs === null ? i : inputs[i]]
      const kept = whole > 0 ? (best > whole ? whole : best > 0 ? best : 0) : best < whole ? whole : best < 0 ? best : 0
      wanted[i] = kept
      all += Math.abs(kept)
    }
    const budget = Math.max(0, high / 2)
    const part = all > budget ? budget / all : 1
    const rest = all < budget && all < reach ? Math.min(1, (budget - all) / (reach - all)) : 0
    let used = 0
    for (let i = 0; i < a.length; i++) {
      const line = wanted[i] * part + (a[i] - wanted[i]) * rest
      c[inputs === null ? i : inputs[i]] -= weight * (line - lines[first + i])
      lines[first + i] = line
      used += Math.abs(line)
    }
    const gained = weight * (leastAbove(neuron, this.#used[k]) - leastAbove(neuron, used))
    this.#used[k] = used
    return gained
  }
}

/** −Λ where the neuron's chord is in the bound, else 0. */
function weightOf({ lower, upper, coefficients }: Chords, at: number): number {
  return lower[at] < 0 && upper[at] > 0 && coefficients[at] < 0 ? -coefficients[at] : 0
}

/** The constant of a line with Σ θ|a| = `used`: the least that keeps it above 0 and above z. */
function leastAbove({ high }: FirstNeuron, used: number): number {
  return used + Math.max(0, high - 2 * used)
}

function magnitude(values: Float64Array): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i])
  return sum
}
