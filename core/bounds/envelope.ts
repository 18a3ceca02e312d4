// Upper lines of first-layer ReLUs in all their inputs at once: the concave envelope on the box lies far below the chord.
//
// y = max(z, 0), z = m + a·ξ on ξ ∈ [−1, 1]: for any shares θ ∈ [0, 1] of the inputs,
//   y ≤ Σ θ_i (|a_i| + a_i ξ_i) + max(0, u − 2 Σ θ_i |a_i|),   u = m + Σ |a_i|;
// equal shares u/(u − l) are the chord. These are the facets of Anderson et al. 2020 (theorem 5) and Tjandraatmadja et al. 2020,
// and all between them. A lower bound that takes y with a negative coefficient ends as constant − Σ |c_i|, so the best shares
// are those that cancel most of c: found neuron by neuron while the others stay (docs/decisions/0014-envelopes.md).
import type { FirstLayer, FirstNeuron } from './first-layer.ts'
import type { Floats } from './floats.ts'
import type { Cone } from './graph.ts'

/** What a bound was made with: ranges of neurons and Λ on their outputs. */
export interface Chords {
  readonly lower: Floats
  readonly upper: Floats
  readonly coefficients: Floats
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

  private constructor(layer: FirstLayer, neurons: readonly PlacedNeuron[]) {
    this.#layer = layer
    this.#neurons = neurons
    this.#used = new Float64Array(neurons.length)
  }

  /** Of the layer's neurons that are in the cone; null where none is. */
  static of(layer: FirstLayer, cone: Cone): Envelope | null {
    const offsets = new Map(cone.activations.map(({ node, offset }) => [node.id, offset]))
    const placed = layer.neurons.flatMap((neuron) => {
      const offset = offsets.get(neuron.id)
      return offset === undefined ? [] : [{ ...neuron, place: offset + neuron.neuron }]
    })
    return placed.length > 0 ? new Envelope(layer, placed) : null
  }

  /**
   * A bound at least as good as `bound`, which was made with the `chords` from `at` on and is the minimum of a linear function of the input
   * with the coefficients `input` from `from` on.
   */
  raise(bound: number, input: Floats, from: number, chords: Chords, at: number): number {
    this.#load(input, from)
    const sum = this.#magnitude()
    let constant = bound + sum
    let size = Math.abs(bound) + sum
    let lost = 0
    // One round over the neurons gives 95 % of what there is.
    for (const [k, neuron] of this.#neurons.entries()) {
      const weight = weightOf(chords, at + neuron.place)
      if (weight === 0) continue
      const { low, high, reach } = neuron
      const l = chords.lower[at + neuron.place]
      const u = chords.upper[at + neuron.place]
      const slope = u / (u - l)
      this.#used[k] = this.#turn(neuron, weight, slope)
      constant += weight * (slope * (low + reach - l) - leastAbove(neuron, this.#used[k]))
      size += weight * (2 * reach + Math.abs(low) + Math.abs(high))
      lost += weight * (u - l)
    }
    const raised = constant - this.#magnitude() - SUMS * size - CHORD * lost
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
      if (weightOf(chords, at + neuron.place) === 0) continue
      const { a, line, inputs, count } = neuron
      const z =
        inputs === 0 ? loops.dots(a, line, point, count, other) : loops.dotsAt(inputs, a, line, point, count, other)
      const value = Math.max(0, neuron.low + neuron.reach + z)
      each(neuron.place, Math.max(0, leastAbove(neuron, this.#used[k]) + otherValue[0] - value))
    }
  }

  /** The row's coefficients times the radii. */
  #load(input: Floats, from: number): void {
    const { rowValues, radius } = this.#layer
    for (let i = 0; i < radius.length; i++) rowValues[i] = input[from + i] * radius[i]
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
function weightOf({ lower, upper, coefficients }: Chords, at: number): number {
  return lower[at] < 0 && upper[at] > 0 && coefficients[at] < 0 ? -coefficients[at] : 0
}

/** The constant of a line with Σ θ|a| = `used`: the least that keeps it above 0 and above z. */
function leastAbove({ high }: FirstNeuron, used: number): number {
  return used + Math.max(0, high - 2 * used)
}
