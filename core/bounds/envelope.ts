// Upper lines of first-layer ReLUs in all their inputs at once: the concave envelope on the box lies far below the chord.
//
// y = max(z, 0), z = m + a·ξ on ξ ∈ [−1, 1]: for any shares θ ∈ [0, 1] of the inputs,
//   y ≤ Σ θ_i (|a_i| + a_i ξ_i) + max(0, u − 2 Σ θ_i |a_i|),   u = m + Σ |a_i|;
// equal shares u/(u − l) are the chord. These are the facets of Anderson et al. 2020 (theorem 5) and Tjandraatmadja et al. 2020,
// and all between them. A lower bound that takes y with a negative coefficient ends as constant − Σ |c_i|, so the best shares
// are those that cancel most of c: found neuron by neuron while the others stay (docs/decisions/0014-envelopes.md).
import type { Interval } from './box.ts'
import type { FirstLayer, FirstNeuron } from './first-layer.ts'
import type { FlatBounds } from './flat.ts'
import type { Floats } from './floats.ts'
import type { Cone } from './graph.ts'

/** What a bound was made with: ranges of neurons and Λ on their outputs. */
export interface Chords {
  readonly lower: Floats
  readonly upper: Floats
  readonly coefficients: Floats
}

/** What a row's bound ends as. */
export interface LinearRow {
  /** Λ on the neurons' outputs. */
  readonly coefficients: Floats
  /** Coefficients on the input. */
  readonly input: Floats
}

/** Where the neurons and inputs of a window belong in the whole cone and the network's input; −1: nowhere, in the padding. */
export interface WindowPlaces {
  readonly neurons: ArrayLike<number>
  readonly inputs: ArrayLike<number>
}

/** A neuron of the first layer and its place in the arrays of `Chords`. */
interface PlacedNeuron extends FirstNeuron {
  readonly place: number
}

/** Relative rounding of a chord in float32: its slope (3 units), its intercept (4). */
const CHORD = 8 * 2 ** -24
/** Relative rounding of the sums here, in float64: fewer than a million terms. */
const SUMS = 2 ** -32
/** A coefficient below this share of the mean is next to 0: its input may be anywhere. */
const NOTHING = 0.02

export class Envelope {
  readonly #layer: FirstLayer
  readonly #neurons: readonly PlacedNeuron[]
  /** Σ θ|a| of each neuron in the row that was raised last. */
  readonly #used: Float64Array
  /** Number of the neuron at each place of the cone; −1: none. */
  readonly #indexOf: Int32Array
  /** The constant of the row that is being raised, the sizes in it, and what its chords may have lost to rounding. */
  #constant = 0
  #size = 0
  #lost = 0

  private constructor(layer: FirstLayer, cone: Cone, neurons: readonly PlacedNeuron[]) {
    this.#layer = layer
    this.#neurons = neurons
    this.#used = new Float64Array(neurons.length)
    this.#indexOf = new Int32Array(cone.neurons).fill(-1)
    for (const [k, { place }] of neurons.entries()) this.#indexOf[place] = k
  }

  /** Of the layer's neurons that are in the cone; null where none is. */
  static of(layer: FirstLayer, cone: Cone): Envelope | null {
    const offsets = new Map(cone.activations.map(({ node, offset }) => [node.id, offset]))
    const placed = layer.neurons.flatMap((neuron) => {
      const offset = offsets.get(neuron.id)
      return offset === undefined ? [] : [{ ...neuron, place: offset + neuron.neuron }]
    })
    return placed.length > 0 ? new Envelope(layer, cone, placed) : null
  }

  /**
   * A bound at least as good as `bound`, which was made with the `chords` from `at` on and is the minimum of a linear function of the input
   * with the coefficients `input` from `from` on.
   */
  raise(bound: number, input: Floats, from: number, chords: Chords, at: number): number {
    const { rowValues, radius } = this.#layer
    for (let i = 0; i < radius.length; i++) rowValues[i] = input[from + i] * radius[i]
    this.#begin(bound)
    const { lower, upper, coefficients } = chords
    // One round over the neurons gives 95 % of what there is.
    for (let k = 0; k < this.#neurons.length; k++) {
      const place = at + this.#neurons[k].place
      this.#bend(k, coefficients[place], lower[place], upper[place])
    }
    return this.#end(bound)
  }

  /** The same for a row of a window: its Λ and its coefficients on the input belong to `window`'s places in the cone and the network. */
  raiseWindow(bound: number, row: LinearRow, window: WindowPlaces, { lower, upper }: FlatBounds | Interval): number {
    const { rowValues, radius } = this.#layer
    rowValues.fill(0)
    for (let j = 0; j < window.inputs.length; j++) {
      const i = window.inputs[j]
      if (i >= 0) rowValues[i] = row.input[j] * radius[i]
    }
    this.#begin(bound)
    for (let j = 0; j < window.neurons.length; j++) {
      const place = window.neurons[j]
      const k = place < 0 ? -1 : this.#indexOf[place]
      if (k >= 0) this.#bend(k, row.coefficients[j], lower[place], upper[place])
    }
    return this.#end(bound)
  }

  #begin(bound: number): void {
    const sum = this.#magnitude()
    this.#constant = bound + sum
    this.#size = Math.abs(bound) + sum
    this.#lost = 0
  }

  /** Takes the best line of neuron k, whose Λ is `coefficient`, in place of its chord on [l, u]. */
  #bend(k: number, coefficient: number, l: number, u: number): void {
    const weight = weightOf(coefficient, l, u)
    if (weight === 0) return
    const neuron = this.#neurons[k]
    const { low, high, reach } = neuron
    const slope = u / (u - l)
    const used = this.#turn(neuron, weight, slope)
    this.#used[k] = used
    this.#constant += weight * (slope * (low + reach - l) - leastAbove(neuron, used))
    this.#size += weight * (2 * reach + Math.abs(low) + Math.abs(high))
    this.#lost += weight * (u - l)
  }

  #end(bound: number): number {
    const raised = this.#constant - this.#magnitude() - SUMS * this.#size - CHORD * this.#lost
    return raised > bound ? raised : bound
  }

  /**
   * Calls `each` with the place of every neuron and how far its line is above its ReLU at the minimiser of the row that was raised
   * last, whose chords these were: what splitting it could still gain.
   */
  gaps(chords: Chords, at: number, each: (place: number, gap: number) => void): void {
    const { loops, row, point, width, other, otherValue, radius } = this.#layer
    const nothing = (NOTHING * this.#magnitude()) / radius.length
    // Where all coefficients are 0 any point will do.
    loops.minimise(row, point, width, nothing > 0 ? 1 / nothing : 0)
    for (const [k, neuron] of this.#neurons.entries()) {
      const place = at + neuron.place
      if (weightOf(chords.coefficients[place], chords.lower[place], chords.upper[place]) === 0) continue
      const { a, line, inputs, count } = neuron
      const z =
        inputs === 0 ? loops.dots(a, line, point, count, other) : loops.dotsAt(inputs, a, line, point, count, other)
      const value = Math.max(0, neuron.low + neuron.reach + z)
      each(neuron.place, Math.max(0, leastAbove(neuron, this.#used[k]) + otherValue[0] - value))
    }
  }

  #magnitude(): number {
    const { loops, row, width } = this.#layer
    return loops.magnitude(row, width)
  }

  /**
   * The best line of a neuron, of weight −Λ, in place of its chord while the others stay: shares that take coefficients of the row
   * towards 0 first, what is left of Σ θ|a| = u/2 evenly. Returns its Σ θ|a|.
   */
  #turn({ inputs, a, line, count, reach, high }: FirstNeuron, weight: number, slope: number): number {
    const { loops, row } = this.#layer
    const inverse = 1 / weight
    const all =
      inputs === 0
        ? loops.cancel(a, row, line, count, slope, inverse)
        : loops.cancelAt(inputs, a, row, line, count, slope, inverse)
    const budget = Math.max(0, high / 2)
    const kept = all > budget ? budget / all : 1
    const rest = all < budget && all < reach ? Math.min(1, (budget - all) / (reach - all)) : 0
    if (inputs === 0) loops.share(a, row, line, count, kept, rest, slope, weight)
    else loops.shareAt(inputs, a, row, line, count, kept, rest, slope, weight)
    // Each |a| is what is kept of it and the rest, so the sum of the lines needs no loop.
    return kept * all + rest * (reach - all)
  }
}

/** −Λ where the neuron's chord is in the bound, else 0. */
function weightOf(coefficient: number, l: number, u: number): number {
  return l < 0 && u > 0 && coefficient < 0 ? -coefficient : 0
}

/** The constant of a line with Σ θ|a| = `used`: the least that keeps it above 0 and above z. */
function leastAbove({ high }: FirstNeuron, used: number): number {
  return used + Math.max(0, high - 2 * used)
}
