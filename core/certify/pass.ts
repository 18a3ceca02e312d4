// The backward pass of CROWN in float64 with every rounding accounted for: sound lower bounds of linear functions (spec D.4).
import type { Interval } from '../bounds/box.ts'
import type { AffineMap } from './affine-map.ts'
import { below, gamma, INFLATION, UNDERFLOW, UNIT } from './arithmetic.ts'
import type { Graph } from './graph.ts'
import { roundingOf, type Region } from './regions.ts'

/** One constraint S·z ≥ 0 of a cell and its multiplier. */
export interface SplitConstraint {
  /** Place of the activation. */
  readonly place: number
  readonly neuron: number
  readonly sign: 1 | -1
  /** ≥ 0. */
  readonly beta: number
}

/** A part of a region: bounds of all activations, the constraints they come from, the slopes to use. */
export interface Cell {
  readonly bounds: readonly Interval[]
  readonly splits: readonly SplitConstraint[]
  /** Slopes by activation; null: all by rule. */
  readonly alpha: readonly (Uint16Array | null)[]
}

/** A cell that is the whole region. */
export function wholeRegion(region: Region, alpha: Cell['alpha'] = region.graph.activations.map(() => null)): Cell {
  const nothing: Interval = { lower: new Float64Array(0), upper: new Float64Array(0) }
  const bounds = region.graph.activations.map((_, place) => (region.knows(place) ? region.boundsOf(place) : nothing))
  return { bounds, splits: [], alpha }
}

/** Coefficients Λ on a node, in buffers that are used again from pass to pass. */
export class BackwardPass {
  readonly #graph: Graph
  readonly #live: (Float64Array | null)[]
  readonly #buffers: Float64Array[]
  readonly #scratch: Float64Array[]
  #constant = 0
  #slack = 0

  constructor(graph: Graph) {
    this.#graph = graph
    this.#live = graph.nodes.map(() => null)
    this.#buffers = graph.nodes.map(({ size }) => new Float64Array(size))
    this.#scratch = graph.nodes.map(() => new Float64Array(0))
  }

  /**
   * A lower bound, on `cell`, of the linear function of node `start` whose coefficients `write` puts into the zeros it is
   * given. NaN or −∞ where nothing can be said.
   */
  bound(region: Region, cell: Cell, start: number, write: (into: Float64Array) => void): number {
    this.#constant = 0
    this.#slack = 0
    this.#live.fill(null)
    write(this.#fresh(start))
    return this.#run(region, cell, start)
  }

  /** The same for the combination `weights` of the rows of `map`, a map of the output; `sizes` as `Region.weightOf`. */
  boundThrough(region: Region, cell: Cell, map: AffineMap, weights: Float64Array, sizes: Float64Array): number {
    this.#constant = 0
    this.#slack = 0
    this.#live.fill(null)
    const { output } = this.#graph
    this.#pullMap(map, weights, this.#fresh(output), sizes)
    return this.#run(region, cell, output)
  }

  /** The linear function of the input that the last pass came to; exact, but for rounding, where no activation is open. */
  affine(): { readonly coefficients: Float64Array; readonly constant: number } {
    const input = this.#live[0]
    return { coefficients: input?.slice() ?? new Float64Array(this.#graph.nodes[0].size), constant: this.#constant }
  }

  /** Λ on activation `place` in the last pass, null where it was not reached: what a split there could change. */
  coefficients(place: number): Float64Array | null {
    return this.#live[this.#graph.activations[place].node]
  }

  #run(region: Region, cell: Cell, start: number): number {
    const { nodes, placeOf } = this.#graph
    for (let node = start; node > 0; node--) {
      const outgoing = this.#live[node]
      if (!outgoing) continue
      const { operation, inputs } = nodes[node]
      if (operation?.kind === 'affine')
        this.#receive(region, inputs[0], (into) => this.#pullMap(operation.map, outgoing, into, region.weightOf(node)))
      else if (operation?.kind === 'activation')
        this.#receive(region, inputs[0], (into) => this.#pullActivation(region, cell, placeOf[node], outgoing, into))
      else for (const input of inputs) this.#receive(region, input, (into) => into.set(outgoing))
    }
    return this.#concretise(region)
  }

  /** Zeros to write the coefficients of a node into. */
  #fresh(node: number): Float64Array {
    const buffer = this.#buffers[node].fill(0)
    this.#live[node] = buffer
    return buffer
  }

  /** Adds what `write` puts into zeros to the coefficients of a node; each sum that is rounded costs half a unit. */
  #receive(region: Region, node: number, write: (into: Float64Array) => void): void {
    const live = this.#live[node]
    if (!live) {
      write(this.#fresh(node))
      return
    }
    if (this.#scratch[node].length === 0) this.#scratch[node] = new Float64Array(live.length)
    const other = this.#scratch[node].fill(0)
    write(other)
    const magnitude = region.magnitudeOf(node)
    let lost = 0
    for (let i = 0; i < live.length; i++) {
      live[i] += other[i]
      lost += Math.abs(live[i]) * magnitude[i]
    }
    this.#slack += UNIT * lost
  }

  #pullMap(map: AffineMap, outgoing: Float64Array, into: Float64Array, sizes: Float64Array): void {
    let lost = 0
    for (let j = 0; j < outgoing.length; j++) lost += Math.abs(outgoing[j]) * sizes[j]
    this.#slack += roundingOf(map) * lost
    this.#add(map.pull(outgoing, into))
  }

  #pullActivation(region: Region, cell: Cell, place: number, outgoing: Float64Array, into: Float64Array): void {
    const magnitude = region.magnitudeOf(this.#graph.activations[place].source)
    const pulled = region.linesOf(place).pull(outgoing, into, cell.bounds[place], cell.alpha[place], magnitude)
    this.#slack += pulled.slack
    this.#add(pulled.constant)
    // Whatever the subtraction rounds to, S·(before − after) ≥ 0 is the multiplier that was really used (spec D.4, item 3).
    for (const { place: at, neuron, sign, beta } of cell.splits)
      if (at === place && beta > 0) into[neuron] -= sign * beta
  }

  #add(constant: number): void {
    this.#constant += constant
    this.#slack += UNIT * Math.abs(this.#constant)
  }

  #concretise(region: Region): number {
    const { lower, upper } = region.box
    const input = this.#live[0]
    let sum = 0
    let sizes = 0
    if (input)
      for (let i = 0; i < input.length; i++) {
        const value = input[i]
        const least = value * (value >= 0 ? lower[i] : upper[i])
        sum += least
        sizes += Math.abs(least)
      }
    const slack = this.#slack + gamma(lower.length + 4) * (sizes + Math.abs(this.#constant)) + UNDERFLOW
    return below(sum + this.#constant - slack * INFLATION)
  }
}
