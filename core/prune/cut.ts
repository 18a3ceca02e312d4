// What pruning would take from a network, before it does.

/** `scores`: of everything that could go, in the order of the network; `chosen`: places in that list of what would go. */
export interface Cut {
  readonly scores: Float64Array
  readonly chosen: Uint32Array
}
