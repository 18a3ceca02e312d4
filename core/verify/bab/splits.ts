// Children of a domain: one for every sign pattern of the neurons it is split on.
import type { DomainBatch } from '../../bounds/domain-batch.ts'
import type { AscendedDomains } from '../../bounds/domain-bounder.ts'
import type { DomainRecord } from './pool.ts'

export interface Child {
  readonly parent: DomainRecord
  readonly splits: readonly Split[]
  /** Its place in the recorded tree. */
  readonly node: number
}

/** A child as row `row` of a batch that was bounded. */
export interface Bounded {
  readonly batch: DomainBatch
  readonly row: number
  readonly child: Child
  readonly bound: number
  /** What of it chords alone give. */
  readonly plain: number
  readonly result: AscendedDomains
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
