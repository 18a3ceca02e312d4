// Checks the proof of one problem from nothing but the network's parameters, the box and the property.
import type { Box, OutputRows } from '../bounds/box.ts'
import type { Property } from '../verify/problem.ts'
import { DenseMap } from './affine-map.ts'
import { Envelopes, LEAF_ROUNDS } from './envelope.ts'
import { malformed, unproved } from './failure.ts'
import type { Graph } from './graph.ts'
import { proveHalves, type HalvesRepair, type HalvesTask } from './halves.ts'
import { boundNeurons } from './neurons.ts'
import { CheckStopped, type Pace } from './pace.ts'
import { BackwardPass, type Cell } from './pass.ts'
import type { HalvedBoxes, NeuronProof, Proof, SplitTree } from './proof.ts'
import { affineImage, Region } from './regions.ts'
import { resolveList, walkTree, type LeafVisit, type Places } from './tree-walk.ts'

/** What a proof claims: the property holds on the whole box. */
export interface Claim {
  readonly box: Box
  readonly property: Property
}

export interface CheckReport {
  /** Cells (or halved boxes) that were proved one by one. */
  readonly leaves: number
  /** The smallest bound among those that had to be positive. */
  readonly lowerBound: number
}

/** Called with a leaf whose bound is not positive; returns where that is put right, else throws. */
export type OnUnproved = (visit: LeafVisit, bound: number) => Promise<void>

/**
 * @throws EspalierError 'certificate/unproved' where the proof does not hold, 'certificate/corrupt' where it is no whole proof
 * @throws CheckStopped
 */
export async function checkProof(graph: Graph, claim: Claim, proof: Proof, pace: Pace): Promise<CheckReport> {
  const check = new ProofCheck(graph, claim, pace)
  const byId = new Map(proof.neurons.map((each) => [each.activation, each]))
  if (byId.size !== proof.neurons.length) throw malformed('an activation appears twice')
  for (const [place, { id }] of graph.activations.entries()) await check.boundNeurons(place, byId.get(id))
  await check.prove(proof)
  return check.report
}

/** A check in its steps: bounds of every activation in order, then the property. */
export class ProofCheck {
  readonly graph: Graph
  readonly region: Region
  readonly pass: BackwardPass
  readonly #claim: Claim
  readonly #pace: Pace
  #target: Target | null = null
  readonly #envelopes: Envelopes
  #leaves = 0
  #lowerBound = Infinity

  constructor(graph: Graph, claim: Claim, pace: Pace) {
    requireClaim(graph, claim)
    this.graph = graph
    this.region = new Region(graph, claim.box)
    this.pass = new BackwardPass(graph)
    this.#claim = claim
    this.#pace = pace
    this.#envelopes = new Envelopes(this.pass, this.region)
  }

  get report(): CheckReport {
    return { leaves: this.#leaves, lowerBound: this.#lowerBound }
  }

  /** Called after pieces of work that are not the check's own. @throws CheckStopped */
  async rest(): Promise<void> {
    await this.#pace.rest()
  }

  get rows(): number {
    return this.#claim.property.rows.rows
  }

  get mixed(): boolean {
    return this.#claim.property.kind === 'any-positive'
  }

  async boundNeurons(place: number, proof: NeuronProof | undefined): Promise<void> {
    await boundNeurons(this.region, this.pass, place, proof, this.#pace, this.#envelopes)
  }

  /** The property, once all activations are bounded. */
  async prove(proof: Proof): Promise<void> {
    const { trees } = proof
    if (trees.length !== (this.mixed ? 1 : this.rows)) throw malformed('a row of the property has no proof')
    const places = resolveList(this.graph, proof.list)
    for (const [row, tree] of trees.entries()) if (tree) await this.proveTree(row, places, tree)
    const open = Array.from(trees.keys()).filter((row) => trees[row] === null)
    if (open.length === 0) return
    if (!proof.halvings) throw malformed('a row of the property has no proof')
    await this.proveHalves(proof.halvings, open)
  }

  /** Proves a row (the mixture, for `any-positive`) on every leaf of a tree. */
  async proveTree(row: number, places: Places, tree: SplitTree, onUnproved?: OnUnproved): Promise<void> {
    const { mix } = tree
    if (this.mixed !== (mix !== null)) throw malformed('a tree is of the wrong kind for the property')
    if (!this.mixed && this.target.interval[row] > 0) {
      this.#count(this.target.interval[row])
      return
    }
    await walkTree(this.region, places, tree, async (visit) => {
      const bound = this.leafBound(visit.cell, this.weights(row, mix, visit.leaf))
      if (bound > 0) this.#count(bound)
      else if (onUnproved) await onUnproved(visit, bound)
      else throw unproved(`the bound of a cell of row ${row} is ${bound}`)
      await this.#pace.rest()
    })
  }

  /** Lower bound of Σ weights·rows on a cell of the box; raised by envelopes where it would prove nothing. */
  leafBound(cell: Cell, weights: Float64Array): number {
    const { map, sizes } = this.target
    this.#envelopes.prepare()
    const bound = this.pass.boundThrough(this.region, cell, map, weights, sizes)
    return bound > 0 ? bound : this.#envelopes.raise(cell, bound, LEAF_ROUNDS)
  }

  /** Weights of the rows at a leaf: one row, or its mixture. */
  weights(row: number, mix: Float32Array | null, leaf: number): Float64Array {
    const weights = new Float64Array(this.rows)
    if (mix === null) weights[row] = 1
    else {
      if (mix.length < (leaf + 1) * this.rows) throw malformed('a mixture is missing')
      weights.set(mix.subarray(leaf * this.rows, (leaf + 1) * this.rows))
    }
    if (!weights.every((weight) => weight >= 0 && weight < Infinity)) throw malformed('a mixture has a negative weight')
    return weights
  }

  /** Rows as a map of the outputs, with the sizes that its rounding goes by. */
  get target(): Target {
    return (this.#target ??= targetOf(this.region, this.#claim.property.rows))
  }

  #count(bound: number): void {
    this.#leaves++
    this.#lowerBound = Math.min(this.#lowerBound, bound)
  }

  /** The given rows (one of them, for `any-positive`) on every leaf of a tree of halved boxes; the tree that holds. */
  async proveHalves(given: HalvedBoxes, open: readonly number[], repair?: HalvesRepair): Promise<HalvedBoxes> {
    const { mixed, region, pass } = this
    const { map, sizes } = this.target
    const task: HalvesTask = {
      pass,
      pace: this.#pace,
      region,
      mixed,
      rows: mixed ? Array.from({ length: this.rows }, (_, row) => row) : open,
      bound: (part, cell, row) => pass.boundThrough(part, cell, map, this.weights(row, null, 0), sizes),
      count: (bound) => this.#count(bound),
    }
    return await proveHalves(task, given, repair)
  }
}

interface Target {
  readonly map: DenseMap
  readonly sizes: Float64Array
  /** Lower bounds of the rows by intervals. */
  readonly interval: Float64Array
}

function targetOf(region: Region, { coefficients, offsets }: OutputRows): Target {
  const map = new DenseMap(coefficients, offsets)
  region.walkTo(region.graph.output)
  const { range, weight } = affineImage(map, region.rangeOf(region.graph.output))
  return { map, sizes: weight, interval: range.lower }
}

function requireClaim(graph: Graph, { box, property }: Claim): void {
  const inputs = graph.nodes[0].size
  const outputs = graph.nodes[graph.output].size
  const { rows, coefficients, offsets } = property.rows
  const isBox = box.lower.every(
    (low, i) => low <= box.upper[i] && Number.isFinite(low) && Number.isFinite(box.upper[i]),
  )
  const fits =
    box.lower.length === inputs &&
    box.upper.length === inputs &&
    coefficients.length === rows * outputs &&
    offsets.length === rows &&
    rows > 0
  if (!fits || !isBox || ![...coefficients, ...offsets].every(Number.isFinite))
    throw malformed('its box or its property does not fit the network')
}

export { CheckStopped }
