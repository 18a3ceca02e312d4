// Raises a cell's bound by the concave envelopes of first-layer ReLUs on the box, in float64 with every rounding accounted for.
//
// A pass ends with f(x) ≥ c·x + K on the cell, where given·relu(z) ≥ kept·z + shift was used for every loose neuron with a negative
// coefficient. So f(x) ≥ c·x + K + Σ (given·relu(z) − kept·z − shift), and relu(z) of z = m + a·ξ, ξ ∈ [−1, 1], is at most
// Σ θ_i (|a_i| + a_i ξ_i) + max(0, u − 2 Σ θ_i |a_i|) for any shares θ ∈ [0, 1], u being the largest z: where every θ_i a_i ξ_i
// is at its smallest this is ≥ 0, and it less z, with 1 − θ in place of θ, is at least 0 where z is largest.
import type { Interval } from '../bounds/box.ts'
import { UNIT } from './arithmetic.ts'
import type { Graph } from './graph.ts'
import { ShareMemory } from './kernel/share-memory.ts'
import { wholeRegion, type BackwardPass, type Cell } from './pass.ts'
import type { Region } from './regions.ts'
import { ReluActivation } from './relu.ts'

/** low + Σ (|a| + a·ξ) ≤ z ≤ high − Σ (|a| − a·ξ). */
interface Neuron {
  readonly index: number
  readonly low: number
  readonly high: number
  /** Σ |a| */
  readonly reach: number
  /** Where its arrays begin in memory, `count` elements each. */
  readonly count: number
  readonly inputs: number
  /** |a|: magnitudes of the coefficients times the radii of the inputs, and their signs. */
  readonly widths: number
  readonly signs: number
  /** θ|a| in the bound that is being raised. */
  readonly parts: number
}

/** A neuron whose relaxation in a bound is exchanged. */
interface Bent {
  readonly neuron: Neuron
  /** −Λ on its output. */
  readonly weight: number
  /** Σ of its parts. */
  used: number
}

/** Sums here have fewer than 2^22 terms: what rounding takes is below this share of their magnitudes. */
const ROUNDING = 2 ** 22 * UNIT * (1 + 2 ** -20)
/** Rounds at a leaf of a tree, which is to be proved. */
export const LEAF_ROUNDS = 4
/** Neurons times the size of their layer, which is what finding their coefficients costs: half a second. Beyond it chords stay. */
const MOST_WORK = 2 ** 28
/** Most memory of all coefficients: neurons beyond keep their chords. */
const MOST_BYTES = 2 ** 28

export class Envelopes {
  readonly #pass: BackwardPass
  readonly #region: Region
  readonly #layers = new Map<number, readonly Neuron[]>()
  /** Activations that are or will be first layers. */
  readonly #places: readonly number[]
  readonly #radius: Float64Array
  readonly #memory = new ShareMemory()
  /** Coefficients of a bound times the radii, and the parts that a neuron wants: `width` elements, the last ones of no input. */
  readonly #width: number
  readonly #c: number
  readonly #wanted: number

  /** Of a whole region; `pass` is used for their neurons. */
  constructor(pass: BackwardPass, region: Region) {
    const { lower, upper } = region.box
    this.#pass = pass
    this.#region = region
    // Above half of the width: a wider box contains the box.
    this.#radius = lower.map((low, i) => (upper[i] / 2 - low / 2) * (1 + 4 * UNIT))
    this.#width = even(lower.length + 1)
    this.#c = this.#memory.numbers(this.#width)
    this.#wanted = this.#memory.numbers(this.#width)
    this.#places = Array.from(region.graph.activations.keys()).filter((place) => isFirst(region.graph, place))
  }

  /** Takes up the first layers that have been walked; to be called before the pass whose bound is raised. */
  prepare(): void {
    for (const place of this.#places)
      if (!this.#layers.has(place) && this.#region.knows(place)) this.#layers.set(place, this.#neurons(place))
  }

  /**
   * A lower bound of what `bound` was computed for: by the last pass, on `cell`. At least `bound`. In each of the `rounds` every neuron
   * gets the best shares while the others stay.
   */
  raise(cell: Cell, bound: number, rounds: number): number {
    const c = this.#coefficients()
    let constant = bound + magnitude(c)
    let sizes = Math.abs(bound) + magnitude(c)
    const bent: Bent[] = []
    for (const [place, neurons] of this.#layers) {
      const given = this.#pass.coefficients(place)
      if (!given) continue
      for (const neuron of neurons) {
        const exchanged = chordOf(cell.bounds[place], neuron, given[neuron.index])
        if (!exchanged) continue
        const { weight, slope, shift } = exchanged
        const { low, high, reach, parts, widths, count } = neuron
        const used = this.#memory.loops.chord(widths, parts, count, slope)
        // The slopes stay what they were; what changes is the constant: weight·slope·z is at least that at its smallest.
        constant += weight * slope * (low + reach) - shift - weight * offset(neuron, used)
        sizes += weight * (Math.abs(low) + Math.abs(high) + 2 * reach) + Math.abs(shift)
        bent.push({ neuron, weight, used })
      }
    }
    if (bent.length === 0) return bound
    for (let round = 0; round < rounds; round++) for (const each of bent) constant += this.#turn(each)
    const raised = constant - magnitude(c) - ROUNDING * sizes
    return raised > bound ? raised : bound
  }

  /** Those of the last pass, in memory. */
  #coefficients(): Float64Array {
    const { coefficients } = this.#pass.affine()
    const c = this.#memory.numbersAt(this.#c, this.#width)
    for (let i = 0; i < coefficients.length; i++) c[i] = coefficients[i] * this.#radius[i]
    return c
  }

  /**
   * The best shares of one neuron: they minimise Σ |c| under Σ θ|a| = u/2. First those that take coefficients towards 0, what remains of
   * u/2 evenly. Returns what the constant gains.
   */
  #turn(bent: Bent): number {
    const { neuron, weight, used } = bent
    const { inputs, widths, signs, parts, count, reach, high } = neuron
    const { loops } = this.#memory
    const all = loops.want(inputs, widths, signs, parts, this.#c, this.#wanted, count, weight)
    const budget = Math.max(0, high / 2)
    const kept = all > budget ? budget / all : 1
    const rest = all < budget && all < reach ? (budget - all) / (reach - all) : 0
    bent.used = loops.give(inputs, widths, signs, parts, this.#c, this.#wanted, count, weight, kept, rest)
    return weight * (offset(neuron, used) - offset(neuron, bent.used))
  }

  /** Loose neurons of a first layer on the whole region. */
  #neurons(place: number): Neuron[] {
    const { activation, source, size } = this.#region.graph.activations[place]
    const bounds = this.#region.boundsOf(place)
    const loose = Array.from({ length: size }, (_, i) => i).filter((i) =>
      activation.isLoose(i, bounds.lower[i], bounds.upper[i]),
    )
    if (loose.length * size > MOST_WORK) return []
    const found: Neuron[] = []
    for (const index of loose) if (this.#memory.bytes < MOST_BYTES) found.push(this.#neuron(source, index))
    return found
  }

  #neuron(source: number, index: number): Neuron {
    const cell = wholeRegion(this.#region)
    const bound = (sign: 1 | -1): number => this.#pass.bound(this.#region, cell, source, (into) => (into[index] = sign))
    const high = -bound(-1)
    const low = bound(1)
    const { coefficients } = this.#pass.affine()
    const used = Array.from(coefficients.keys()).filter((i) => coefficients[i] !== 0 && this.#radius[i] > 0)
    const count = even(used.length)
    const memory = this.#memory
    const inputs = memory.indices(count)
    const [widths, signs, parts] = [memory.numbers(count), memory.numbers(count), memory.numbers(count)]
    memory.indicesAt(inputs, count).fill(coefficients.length).set(used)
    memory.numbersAt(signs, count).set(used.map((i) => Math.sign(coefficients[i])))
    const magnitudes = used.map((i) => Math.abs(coefficients[i]) * this.#radius[i])
    memory.numbersAt(widths, count).set(magnitudes)
    return { index, low, high, reach: magnitude(magnitudes), count, inputs, widths, signs, parts }
  }
}

/** Whether the inputs of an activation depend on no other, and it is a ReLU. */
function isFirst({ nodes, activations }: Graph, place: number): boolean {
  const { activation, source } = activations[place]
  if (!(activation instanceof ReluActivation)) return false
  const seen = new Set([source])
  for (const node of seen) {
    if (nodes[node].operation?.kind === 'activation') return false
    for (const input of nodes[node].inputs) seen.add(input)
  }
  return true
}

/** What the pass used for a neuron: Λ·relu(z) ≥ −weight·slope·z + shift; null where that is exact or a line from below. */
function chordOf(
  { lower, upper }: Interval,
  { index }: Neuron,
  given: number,
): { weight: number; slope: number; shift: number } | null {
  const l = lower[index]
  const u = upper[index]
  if (!(given < 0 && l < 0 && u > 0)) return null
  const kept = given * (u / (u - l))
  return { weight: -given, slope: kept / given, shift: Math.min(-kept * l, (given - kept) * u) }
}

/** The constant of the envelope's line with Σ θ|a| = `used`. */
function offset({ high }: Neuron, used: number): number {
  return used + Math.max(0, high - 2 * used)
}

function magnitude(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i])
  return sum
}

function even(count: number): number {
  return count + (count % 2)
}
