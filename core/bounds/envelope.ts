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
import { INDEX, NUMBER } from './kernel/envelope-kernel.ts'

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
      constant += weight * (slope * (low + reach - l) - this.#turn(k, weight, slope))
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
    const { kernel, coefficients, row, point, width, radius } = this.#layer
    const nothing = (NOTHING * this.#magnitude()) / radius.length
    for (let i = 0; i < width; i++) {
      const c = kernel.numbers[row + i]
      kernel.numbers[point + i] = c === 0 ? 0 : Math.max(-1, Math.min(1, -c / nothing))
    }
    for (const [k, neuron] of this.#neurons.entries()) {
      if (weightOf(chords, at + neuron.place) === 0) continue
      const z = neuron.low + neuron.reach + this.#atPoint(neuron, neuron.from)
      const line = leastAbove(neuron, this.#used[k]) + this.#atPoint(neuron, coefficients + neuron.from)
      each(neuron.place, Math.max(0, line - Math.max(0, z)))
    }
  }

  /** The row's coefficients times the radii. */
  #load(input: Floats, from: number): void {
    const { kernel, row, radius } = this.#layer
    const { numbers } = kernel
    for (let i = 0; i < radius.length; i++) numbers[row + i] = input[from + i] * radius[i]
  }

  #magnitude(): number {
    const { kernel, row, width } = this.#layer
    return kernel.loops.magnitude(row * NUMBER, width)
  }

  /** Σ of the coefficients from `from` on times the point. */
  #atPoint({ inputs, count }: FirstNeuron, from: number): number {
    const { kernel, point } = this.#layer
    const { loops, indices } = kernel
    if (inputs === null) return loops.dot(from * NUMBER, point * NUMBER, count)
    return loops.dotAt(indices.byteOffset + inputs * INDEX, from * NUMBER, point * NUMBER, count)
  }

  /**
   * The best line of neuron k, of weight −Λ, in place of its chord while the others stay: shares that take coefficients of the row
   * towards 0 first, what is left of Σ θ|a| = u/2 evenly. Returns its constant.
   */
  #turn(k: number, weight: number, slope: number): number {
    const neuron = this.#neurons[k]
    const { inputs, from, count, reach, high } = neuron
    const { kernel, coefficients, row } = this.#layer
    const { loops, indices } = kernel
    const arrays = [from * NUMBER, row * NUMBER, (coefficients + from) * NUMBER, count] as const
    const index = inputs === null ? 0 : indices.byteOffset + inputs * INDEX
    const inverse = 1 / weight
    const all =
      inputs === null ? loops.cancel(...arrays, slope, inverse) : loops.cancelAt(index, ...arrays, slope, inverse)
    const budget = Math.max(0, high / 2)
    const kept = all > budget ? budget / all : 1
    const rest = all < budget && all < reach ? Math.min(1, (budget - all) / (reach - all)) : 0
    if (inputs === null) loops.share(...arrays, kept, rest, slope, weight)
    else loops.shareAt(index, ...arrays, kept, rest, slope, weight)
    // Each |a| is what is kept of it and the rest, so the sum of the lines needs no loop.
    this.#used[k] = kept * all + rest * (reach - all)
    return leastAbove(neuron, this.#used[k])
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
