// Children of a domain: one for every sign pattern of the neurons it is split on.
import type { DomainRecord } from './pool.ts'

export interface Child {
  readonly parent: DomainRecord
  readonly splits: readonly Split[]
  /** Its place in the recorded tree. */
  readonly node: number
}

/** A neuron in compact order and the side of zero. */
export interface Split {
  readonly neuron: number
  readonly sign: 1 | -1
}

/** All sign patterns of the given neurons; −1 ends the list. */
export function combinations(neurons: Int32Array): Split[][] {
  let patterns: Split[][] = [[]]
  for (const neuron of neurons) {
    if (neuron < 0) break
    patterns = patterns.flatMap((pattern) => [
      [...pattern, { neuron, sign: 1 }],
      [...pattern, { neuron, sign: -1 }],
    ])
  }
  return patterns
}
