// The contract of a recorded kernel: it takes recorded values and attributes and appends nodes to the graph.
import type { Graph } from '../record/graph.ts'
import type { Value } from '../record/value.ts'

export interface KernelCall<A> {
  readonly graph: Graph
  readonly attrs: A
  /** Inputs in TensorFlow.js' order. */
  readonly inputs: readonly Value[]
  /** The input TensorFlow.js calls `name`. */
  readonly input: (name: string) => Value
}

/** A kernel whose attributes have not been looked at yet. */
export type RecordKernel = (call: KernelCall<unknown>) => Value | readonly Value[]

/** Gives a kernel the attribute type TensorFlow.js documents for it (its `…Attrs` interfaces). */
export function kernel<A = undefined>(record: (call: KernelCall<A>) => Value | readonly Value[]): RecordKernel {
  return (call) => record(call as KernelCall<A>)
}
