// The trees of one search as it grows them: splits by node number, α and β of the leaves; at the end trees of a proof.
import { ALPHA_STEPS, BY_RULE } from '../../certify/activation.ts'
import type { SplitTree } from '../../certify/proof.ts'
import type { DomainRecord } from '../bab/pool.ts'
import type { NeuronTrees } from '../bab/recorder.ts'

/** How much a recorder may hold; shared by all its parts. */
export interface Room {
  bytes: number
}

/** What a leaf of a tree, or several one after another, are proved with. */
export interface LeafSlopes {
  readonly alpha: Uint16Array
  readonly beta: Float32Array
  /** null where a cell is about one row: then it is of all leaves. */
  readonly mix: Float32Array | null
}

interface Leaf extends LeafSlopes {
  /** Its bound in the search, its own or that of a node above it. */
  readonly bound: number
}

/** Trees as plain values, for another process to go on with. */
export interface SavedTrees {
  readonly parent: Int32Array
  readonly neuron: Int32Array
  readonly child: Int32Array
  readonly found: Float64Array
  readonly leaves: ReadonlyMap<number, Leaf>
  readonly roots: ReadonlyMap<number, number>
}

/** Bytes of one node and of one leaf besides its numbers, roughly. */
const NODE_BYTES = 20
const LEAF_BYTES = 300

export class RecordedTrees implements NeuronTrees {
  readonly #room: Room
  /** By node: its parent and the neuron it is split on (−1: not split), with the first of its two children. */
  readonly #parent: number[]
  readonly #neuron: number[]
  readonly #child: number[]
  readonly #leaves: Map<number, Leaf>
  readonly #roots: Map<number, number>
  /** Best bound of each node by its own α and β. */
  readonly #found: number[]
  readonly #keepsInner: boolean

  /**
   * `keepsInner`: nodes that were split are kept too, so that a leaf that owes its bound to a node above it can be replaced
   * by that node. Trees whose leaves all have to be positive need none of it. `saved` has its room already.
   */
  constructor(room: Room, keepsInner: boolean, saved?: SavedTrees) {
    this.#room = room
    this.#keepsInner = keepsInner
    this.#parent = Array.from(saved?.parent ?? [])
    this.#neuron = Array.from(saved?.neuron ?? [])
    this.#child = Array.from(saved?.child ?? [])
    this.#found = Array.from(saved?.found ?? [])
    this.#leaves = new Map(saved?.leaves)
    this.#roots = new Map(saved?.roots)
  }

  save(): SavedTrees {
    return {
      parent: Int32Array.from(this.#parent),
      neuron: Int32Array.from(this.#neuron),
      child: Int32Array.from(this.#child),
      found: Float64Array.from(this.#found),
      leaves: this.#leaves,
      roots: this.#roots,
    }
  }

  root(row: number): number {
    const node = this.#add(-1)
    this.#roots.set(row, node)
    return node
  }

  split(node: number, neurons: Int32Array, domain: DomainRecord): number {
    if (node < 0) return -1
    if (this.#keepsInner) this.close(node, domain)
    let first = node
    let width = 1
    for (const neuron of neurons) {
      if (neuron < 0) break
      const next = this.#parent.length
      for (let k = 0; k < width; k++) {
        this.#neuron[first + k] = neuron
        this.#child[first + k] = next + 2 * k
        if (!this.#keepsInner) this.#leaves.delete(first + k)
        this.#add(first + k)
        this.#add(first + k)
      }
      first = next
      width *= 2
    }
    return first
  }

  close(node: number, { alpha, beta, mix, bound }: DomainRecord): void {
    if (node < 0 || this.#room.bytes <= 0) return
    const path = this.#pathTo(node)
    const leaf = {
      alpha: allQuantised(alpha),
      beta: Float32Array.from(path, (neuron) => beta[neuron]),
      mix: mix && Float32Array.from(mix),
      bound,
    }
    this.#leaves.set(node, leaf)
    this.#room.bytes -= LEAF_BYTES + 2 * alpha.length + 4 * (path.length + (mix?.length ?? 0))
  }

  found(node: number, bound: number): void {
    if (bound > this.#found[node]) this.#found[node] = bound
  }

  keep(rows: readonly number[]): void {
    const kept = new Set(rows)
    for (const row of this.#roots.keys()) if (!kept.has(row)) this.#roots.delete(row)
  }

  /** Rows that have a tree. */
  get rows(): readonly number[] {
    return [...this.#roots.keys()]
  }

  /** The tree of a row; null where there is none or it has open ends. */
  tree(row: number): SplitTree | null {
    const root = this.#roots.get(row)
    if (root === undefined) return null
    const splits: number[] = []
    const leaves: Leaf[] = []
    const waiting = [root]
    const cut = this.#keepsInner ? this.#inherited(root) : new Set<number>()
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      const neuron = cut.has(node) ? -1 : this.#neuron[node]
      splits.push(neuron)
      if (neuron >= 0) waiting.push(this.#child[node] + 1, this.#child[node])
      else {
        const leaf = this.#leaves.get(node)
        if (!leaf) return null
        leaves.push(leaf)
      }
    }
    return splitTree(splits, leaves)
  }

  /** Nodes that leaves below them owe their bound to: they are leaves themselves without making the smallest bound worse. */
  #inherited(root: number): ReadonlySet<number> {
    const givers = new Set<number>()
    const waiting = [root]
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (this.#neuron[node] >= 0) {
        waiting.push(this.#child[node] + 1, this.#child[node])
        continue
      }
      const bound = this.#leaves.get(node)?.bound ?? Infinity
      if (this.#found[node] >= bound) continue
      for (let at = this.#parent[node]; at >= 0; at = this.#parent[at])
        if (this.#found[at] >= bound && this.#leaves.has(at)) {
          givers.add(at)
          break
        }
    }
    return givers
  }

  #add(parent: number): number {
    this.#parent.push(parent)
    this.#neuron.push(-1)
    this.#child.push(-1)
    this.#found.push(-Infinity)
    this.#room.bytes -= NODE_BYTES
    return this.#parent.length - 1
  }

  /** Neurons split on the way from the root down to a node. */
  #pathTo(node: number): number[] {
    const path: number[] = []
    for (let at = this.#parent[node]; at >= 0; at = this.#parent[at]) path.push(this.#neuron[at])
    return path.reverse()
  }
}

/** α ∈ [0,1] in the steps of a proof; what is no number is left to the rule. */
export function quantised(alpha: number): number {
  if (alpha >= 1) return ALPHA_STEPS
  if (alpha >= 0) return Math.round(alpha * ALPHA_STEPS)
  return alpha < 0 ? 0 : BY_RULE
}

export function allQuantised(alpha: Float32Array): Uint16Array {
  const steps = new Uint16Array(alpha.length)
  for (let i = 0; i < alpha.length; i++) steps[i] = quantised(alpha[i])
  return steps
}

/** A tree of a proof from its splits and its leaves, both in preorder. */
export function splitTree(splits: ArrayLike<number>, leaves: readonly LeafSlopes[]): SplitTree {
  return {
    splits: Int32Array.from(splits),
    alpha: joined(
      leaves.map(({ alpha }) => alpha),
      (size) => new Uint16Array(size),
    ),
    beta: joined(
      leaves.map(({ beta }) => beta),
      (size) => new Float32Array(size),
    ),
    mix:
      leaves[0].mix === null
        ? null
        : joined(
            leaves.map(({ mix }) => mix as Float32Array),
            (size) => new Float32Array(size),
          ),
  }
}

/** One array of all parts, one after another. */
export function joined<A extends Uint16Array | Float32Array | Int32Array>(
  parts: readonly A[],
  make: (size: number) => A,
): A {
  const result = make(parts.reduce((size, { length }) => size + length, 0))
  let at = 0
  for (const part of parts) {
    result.set(part, at)
    at += part.length
  }
  return result
}
