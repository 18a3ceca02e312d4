// What a search tells whoever writes its proof down: the tree of splits as it grows, and the α and β of every leaf.
import type { RowListener } from '../../bounds/bounder.ts'
import type { Cone } from '../../bounds/graph.ts'
import type { DomainRecord } from './pool.ts'
import type { OpenNeurons } from './root.ts'

/** The trees of one search; nodes are numbers. */
export interface TreeRecorder {
  /** Begins the tree of a row, or of the property as a whole: the number of its root. */
  root(row: number): number
  /**
   * `node` is split on the given open neurons (−1 ends the list): the number of its first child. One child for every sign
   * pattern, numbered on in the order + before −, the last neuron changing fastest; without neurons the node itself.
   * `domain` is the node as the search has it. −1, for the node and its children, where it belongs to no tree (a search taken up
   * again).
   */
  split(node: number, neurons: Int32Array, domain: DomainRecord): number
  /** The bound that a node's own α and β gave; its domain may have a better one from those above it. */
  found(node: number, bound: number): void
  /** `node` is a leaf: what is known about it was found with this α, β and mixture. */
  close(node: number, domain: DomainRecord): void
}

/** The trees of a search that bounds neurons; row k of it is `signs[k]`·(neuron `neurons[k]` of `source`). */
export interface NeuronTrees extends TreeRecorder {
  /** Bounds of these rows are used: their trees are complete and worth keeping. The others are forgotten. */
  keep(rows: readonly number[]): void
}

export interface SearchRecorder {
  /** A search for the property starts; those before it no longer count. */
  property(cone: Cone, open: OpenNeurons): TreeRecorder
  /** A row of the property that was bounded without a search, with α of all neurons of the cone. */
  row(cone: Cone, row: number, alpha: Float32Array): void
  /** A search that bounds neurons starts. */
  neurons(cone: Cone, open: OpenNeurons, rows: Parameters<RowListener>[1]): NeuronTrees
  /** Rows ±z of neurons that were bounded without a search, `alpha` [rows, neurons of the cone] (float32, not to be kept). */
  readonly bounded: RowListener
}
