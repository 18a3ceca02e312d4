// Walks a tree of splits: bounds clamped on the way down and restored on the way up, one call for every leaf.
import type { Interval } from '../bounds/box.ts'
import { BY_RULE } from './activation.ts'
import { malformed } from './failure.ts'
import type { Graph } from './graph.ts'
import type { Cell, SplitConstraint } from './pass.ts'
import type { NeuronList, SplitTree } from './proof.ts'
import type { Region } from './regions.ts'

/** A list's neurons as places of activations and numbers in them. */
export interface Places {
  readonly place: Int32Array
  readonly neuron: Int32Array
}

/** @throws EspalierError 'certificate/corrupt' for neurons that the network does not have */
export function resolveList(graph: Graph, list: NeuronList): Places {
  const total = list.activations.reduce((sum, { neurons }) => sum + neurons.length, 0)
  const place = new Int32Array(total)
  const neuron = new Int32Array(total)
  let at = 0
  for (const { id, neurons } of list.activations) {
    const number = placeOf(graph, id)
    for (const index of neurons) {
      if (index < 0 || index >= graph.activations[number].size) throw malformed(`"${id}" has no neuron ${index}`)
      place[at] = number
      neuron[at++] = index
    }
  }
  return { place, neuron }
}

/** Place of the activation with this id. @throws EspalierError 'certificate/corrupt' */
export function placeOf(graph: Graph, id: string): number {
  const number = graph.activations.findIndex((activation) => activation.id === id)
  if (number < 0) throw malformed(`the network has no activation "${id}"`)
  return number
}

/** Slopes by activation with the list's own put in from `alpha`; everything else by rule. */
export class SlopeTable {
  readonly byPlace: (Uint16Array | null)[]
  readonly #places: Places

  constructor(graph: Graph, places: Places) {
    this.#places = places
    this.byPlace = graph.activations.map(() => null)
    for (const place of new Set(places.place))
      this.byPlace[place] = new Uint16Array(graph.activations[place].size).fill(BY_RULE)
  }

  load(alpha: Uint16Array, from: number): void {
    const { place, neuron } = this.#places
    for (let k = 0; k < place.length; k++) (this.byPlace[place[k]] as Uint16Array)[neuron[k]] = alpha[from + k]
  }
}

export interface LeafVisit {
  /** Number of the leaf, in preorder. */
  readonly leaf: number
  readonly cell: Cell
}

/**
 * Visits the leaves of `tree` in preorder; cells whose bounds contradict each other have no points and are left out.
 * Nothing is assumed about the tree. @throws EspalierError 'certificate/corrupt' where it is no tree
 */
export async function walkTree(
  region: Region,
  places: Places,
  tree: SplitTree,
  visit: (leaf: LeafVisit) => Promise<void>,
): Promise<void> {
  await new TreeWalk(region, places, tree, visit).run()
}

interface Step {
  readonly place: number
  readonly neuron: number
  sign: 1 | -1
  /** The bound that the sign clamps, as it was before. */
  before: number
}

class TreeWalk {
  readonly #places: Places
  readonly #tree: SplitTree
  readonly #visit: (leaf: LeafVisit) => Promise<void>
  readonly #bounds: Interval[]
  readonly #slopes: SlopeTable
  readonly #path: Step[] = []
  #node = 0
  #leaf = 0
  #beta = 0

  constructor(region: Region, places: Places, tree: SplitTree, visit: (leaf: LeafVisit) => Promise<void>) {
    this.#places = places
    this.#tree = tree
    this.#visit = visit
    const { graph } = region
    this.#slopes = new SlopeTable(graph, places)
    // Activations behind the one that is being bounded have no bounds yet, and the pass does not reach them.
    this.#bounds = graph.activations.map(({ size }, place) => {
      const known = region.knows(place) ? region.boundsOf(place) : null
      return {
        lower: known?.lower.slice() ?? new Float64Array(size).fill(-Infinity),
        upper: known?.upper.slice() ?? new Float64Array(size).fill(Infinity),
      }
    })
  }

  async run(): Promise<void> {
    const { splits } = this.#tree
    for (;;) {
      if (this.#node >= splits.length) throw malformed('a tree of splits ends in the middle')
      const split = splits[this.#node++]
      if (split >= 0) {
        this.#descend(split)
        continue
      }
      await this.#atLeaf()
      if (!this.#nextSide()) break
    }
    const { alpha, beta } = this.#tree
    const complete = alpha.length === this.#leaf * this.#places.place.length && beta.length === this.#beta
    if (this.#node !== splits.length || !complete) throw malformed('a tree of splits has parts left over')
  }

  #descend(split: number): void {
    const { place, neuron } = this.#places
    if (split >= place.length) throw malformed(`a tree splits neuron ${split} of ${place.length}`)
    this.#path.push({ place: place[split], neuron: neuron[split], sign: 1, before: 0 })
    this.#clamp()
  }

  /** Back up to the last node whose other side has not been visited, and down there; false at the end. */
  #nextSide(): boolean {
    for (let step = this.#path.at(-1); step; step = this.#path.at(-1)) {
      this.#restore(step)
      if (step.sign > 0) {
        step.sign = -1
        this.#clamp()
        return true
      }
      this.#path.pop()
    }
    return false
  }

  #clamp(): void {
    const step = this.#path[this.#path.length - 1]
    const side = this.#sideOf(step)
    step.before = side[step.neuron]
    side[step.neuron] = step.sign > 0 ? Math.max(step.before, 0) : Math.min(step.before, 0)
  }

  #restore(step: Step): void {
    this.#sideOf(step)[step.neuron] = step.before
  }

  #sideOf({ place, sign }: Step): Float64Array {
    const { lower, upper } = this.#bounds[place]
    return sign > 0 ? lower : upper
  }

  async #atLeaf(): Promise<void> {
    const { alpha, beta } = this.#tree
    const width = this.#places.place.length
    const splits = this.#path.map(({ place, neuron, sign }, k): SplitConstraint => {
      const value = beta[this.#beta + k]
      if (!(value >= 0 && value < Infinity)) throw malformed('a multiplier is negative, infinite or missing')
      return { place, neuron, sign, beta: value }
    })
    this.#beta += splits.length
    const leaf = this.#leaf++
    if (alpha.length < this.#leaf * width) throw malformed('slopes of a leaf are missing')
    if (this.#path.some(({ place, neuron }) => this.#bounds[place].lower[neuron] > this.#bounds[place].upper[neuron]))
      return
    this.#slopes.load(alpha, leaf * width)
    await this.#visit({ leaf, cell: { bounds: this.#bounds, splits, alpha: this.#slopes.byPlace } })
  }
}
