// Sound bounds of every node on a box, node by node, with room to tighten an activation's inputs before its successors.
import type { Box, Interval } from '../bounds/box.ts'
import type { Lines } from './activation.ts'
import { emptyRange, type AffineMap, type Range } from './affine-map.ts'
import { above, below, gamma, INFLATION, UNDERFLOW, UNIT } from './arithmetic.ts'
import type { Graph } from './graph.ts'

/** Magnitudes above this are not counted with: underflow would no longer be negligible. */
const LARGEST = 1e25

/** What is known on one box: ranges of all nodes walked so far, bounds and lines of the activations. */
export class Region {
  readonly graph: Graph
  readonly box: Box
  readonly #ranges: Range[]
  /** |W||x| + |b| of affine nodes, which their rounding is proportional to. */
  readonly #weights: (Float64Array | null)[]
  readonly #bounds: (Interval | null)[]
  readonly #lines: (Lines | null)[]
  readonly #outer: Region | null
  #empty = false

  /** `outer`: a region that contains the box and has all its bounds. */
  constructor(graph: Graph, box: Box, outer: Region | null = null) {
    this.graph = graph
    this.box = box
    this.#outer = outer
    const magnitude = box.lower.map((low, i) => Math.max(Math.abs(low), Math.abs(box.upper[i])))
    this.#ranges = [{ lower: box.lower, upper: box.upper, magnitude }]
    this.#weights = [null]
    this.#bounds = graph.activations.map(() => null)
    this.#lines = graph.activations.map(() => null)
  }

  /** Whether bounds contradict each other, so that the box (or cell) has no points. */
  get empty(): boolean {
    return this.#empty
  }

  /** Walks on to node `last` inclusive; nodes walked already stay as they are. */
  walkTo(last: number): void {
    for (let node = this.#ranges.length; node <= last; node++) {
      const range = this.#image(node)
      this.#ranges.push(range)
    }
  }

  /** Bounds of the inputs of activation `place`; its source has been walked. */
  boundsOf(place: number): Interval {
    const known = this.#bounds[place]
    if (known) return known
    const { lower, upper } = this.#ranges[this.graph.activations[place].source]
    const fresh = { lower: lower.slice(), upper: upper.slice() }
    this.#bounds[place] = fresh
    const outer = this.#outer?.boundsOf(place)
    if (outer) for (let i = 0; i < lower.length; i++) this.tighten(place, i, outer.lower[i], outer.upper[i])
    return fresh
  }

  /** Intersects the bounds of one neuron of an activation that has not been walked yet with sound ones; NaN is no bound. */
  tighten(place: number, neuron: number, lower: number, upper: number): void {
    const bounds = this.boundsOf(place)
    if (lower > bounds.lower[neuron]) bounds.lower[neuron] = lower
    if (upper < bounds.upper[neuron]) bounds.upper[neuron] = upper
    if (bounds.lower[neuron] > bounds.upper[neuron]) this.#empty = true
  }

  /** Whether the inputs of activation `place` have been walked. */
  knows(place: number): boolean {
    return this.graph.activations[place].source < this.#ranges.length
  }

  linesOf(place: number): Lines {
    return (this.#lines[place] ??= this.graph.activations[place].activation.prepare(this.boundsOf(place)))
  }

  rangeOf(node: number): Range {
    return this.#ranges[node]
  }

  /** At least the largest magnitude of each element. */
  magnitudeOf(node: number): Float64Array {
    return this.#ranges[node].magnitude
  }

  /** See `AffineMap.image`; of an affine node that has been walked. */
  weightOf(node: number): Float64Array {
    return this.#weights[node] as Float64Array
  }

  #image(node: number): Range {
    const { graph } = this
    const { inputs, operation, size } = graph.nodes[node]
    const [first, second] = inputs.map((input) => this.#ranges[input])
    this.#weights.push(null)
    if (operation?.kind === 'activation') {
      const { lower, upper } = this.boundsOf(graph.placeOf[node])
      const magnitude = lower.map((low, i) => Math.max(Math.abs(low), Math.abs(upper[i])))
      return operation.activation.image({ lower, upper, magnitude })
    }
    if (operation?.kind === 'affine') {
      const { range, weight } = affineImage(operation.map, first)
      this.#weights[node] = weight
      return range
    }
    if (inputs.length === 1) return first
    const sum = emptyRange(size)
    for (let i = 0; i < size; i++) {
      sum.lower[i] = below(first.lower[i] + second.lower[i])
      sum.upper[i] = above(first.upper[i] + second.upper[i])
      sum.magnitude[i] = Math.max(Math.abs(sum.lower[i]), Math.abs(sum.upper[i]))
    }
    return sum
  }
}

/** Unit roundoffs, as a factor on Σ|Λ||W||x|, that cover one product with the map in either direction. */
export function roundingOf(map: AffineMap): number {
  return gamma(Math.max(map.terms, map.rows) + map.slop + 4) * INFLATION
}

/** The sound image of a box, and the magnitudes before anything cancels. */
export function affineImage(map: AffineMap, box: Range): { range: Range; weight: Float64Array } {
  const { lower, upper, magnitude: weight } = map.image(box)
  const factor = roundingOf(map)
  const magnitude = new Float64Array(map.rows)
  for (let i = 0; i < map.rows; i++) {
    const error = factor * weight[i] + UNDERFLOW
    lower[i] = below(lower[i] - error)
    upper[i] = above(upper[i] + error)
    const size = Math.max(Math.abs(lower[i]), Math.abs(upper[i]))
    magnitude[i] = size <= LARGEST ? size : NaN
  }
  return { range: { lower, upper, magnitude }, weight: weight.map((value) => value * (1 + 4 * UNIT)) }
}
