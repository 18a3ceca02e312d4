// What a proof is made of: α of rows, trees of splits with α and β at their leaves, trees of halved boxes; all in flat arrays.

/** Neurons by activation, in an order that arrays of α and numbers of splits refer to. */
export interface NeuronList {
  readonly activations: readonly { readonly id: string; readonly neurons: Int32Array }[]
}

/**
 * A cell is cut in two by the sign of a neuron's input until every leaf is proved. Nodes are in preorder, the side
 * z ≥ 0 before z ≤ 0; both sides are always there, so that the leaves cover the box.
 */
export interface SplitTree {
  /** Number of the neuron that splits each node, in the list's order; −1 for a leaf. */
  readonly splits: Int32Array
  /** [leaves, neurons of the list], see `ALPHA_STEPS` and `BY_RULE`. */
  readonly alpha: Uint16Array
  /** Multipliers ≥ 0 of each leaf's path, from the root down, leaf after leaf. */
  readonly beta: Float32Array
  /** Weights ≥ 0 of the property's rows at each leaf, [leaves, rows]; null where the tree is about one row. */
  readonly mix: Float32Array | null
}

/** How the bounds of one activation's inputs are proved again, besides intervals. */
export interface NeuronProof {
  /** Id of the activation node. */
  readonly activation: string
  /**
   * Rows ±z: entry k says that row `rows[k]` (2·neuron for z, 2·neuron + 1 for −z) uses row k of `alpha`. Every other
   * neuron that is open gets rows by rule.
   */
  readonly list: NeuronList
  readonly rows: Int32Array
  readonly alpha: Uint16Array
  readonly searches: readonly NeuronSearch[]
}

/** Rows ±z whose bound is the smallest of the leaves of a tree; `rows[k]` is about `trees[k]`. */
export interface NeuronSearch {
  readonly list: NeuronList
  readonly rows: Int32Array
  readonly trees: readonly SplitTree[]
}

/** A tree of halved boxes. Every leaf is bounded anew, all neurons by rule. */
export interface HalvedBoxes {
  /**
   * In preorder, the lower half first: the input that halves each node at 0.5·lower + 0.5·upper, −1 for a leaf.
   */
  readonly axes: Int32Array
  /** Which rows on which leaves have slopes, [entries, 2]: number of the leaf in preorder, row. All others are by rule. */
  readonly sloped: Int32Array
  /** Slopes of the neurons that are open on the leaf, in the network's order, entry after entry. */
  readonly alpha: Uint16Array
}

/** The proof of one problem. */
export interface Proof {
  readonly neurons: readonly NeuronProof[]
  readonly list: NeuronList
  /**
   * `all-positive`: one for each row, null for a row that holds on every halved box. `any-positive`: a single one with
   * mixtures, or null.
   */
  readonly trees: readonly (SplitTree | null)[]
  /** null where the box stays whole. */
  readonly halvings: HalvedBoxes | null
}
