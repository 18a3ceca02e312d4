// The open boxes of input splitting, newest first, in flat arrays.
import type { Phases } from './reduced.ts'

/** One box of the stack, in buffers that are used again. */
export interface OpenBox {
  readonly lower: Float64Array
  readonly upper: Float64Array
  /** What the box that it is a half of knew of the neurons. */
  readonly phases: Phases
  /** Lower bound of the property's value on it. */
  bound: number
  /** Its place in the recorded tree. */
  node: number
}

export class BoxStack {
  readonly #inputs: number
  readonly #neurons: number
  #size = 0
  #lower: Float64Array
  #upper: Float64Array
  #phases: Phases
  #bound: Float64Array
  #node: Int32Array

  constructor(inputs: number, neurons: number, capacity = 128) {
    this.#inputs = inputs
    this.#neurons = neurons
    this.#lower = new Float64Array(capacity * inputs)
    this.#upper = new Float64Array(capacity * inputs)
    this.#phases = new Int8Array(capacity * neurons)
    this.#bound = new Float64Array(capacity)
    this.#node = new Int32Array(capacity)
  }

  get size(): number {
    return this.#size
  }

  /** Smallest bound of the open boxes; +∞ without any. */
  get worst(): number {
    let worst = Infinity
    for (let i = 0; i < this.#size; i++) worst = Math.min(worst, this.#bound[i])
    return worst
  }

  push({ lower, upper, phases, bound, node }: OpenBox): void {
    if (this.#size === this.#bound.length) this.#grow()
    const at = this.#size++
    this.#lower.set(lower, at * this.#inputs)
    this.#upper.set(upper, at * this.#inputs)
    this.#phases.set(phases, at * this.#neurons)
    this.#bound[at] = bound
    this.#node[at] = node
  }

  pop(into: OpenBox): void {
    const at = --this.#size
    into.lower.set(this.#lower.subarray(at * this.#inputs, (at + 1) * this.#inputs))
    into.upper.set(this.#upper.subarray(at * this.#inputs, (at + 1) * this.#inputs))
    into.phases.set(this.#phases.subarray(at * this.#neurons, (at + 1) * this.#neurons))
    into.bound = this.#bound[at]
    into.node = this.#node[at]
  }

  #grow(): void {
    const doubled = <A extends Float64Array | Int32Array | Int8Array>(old: A, fresh: A): A => {
      fresh.set(old)
      return fresh
    }
    this.#lower = doubled(this.#lower, new Float64Array(2 * this.#lower.length))
    this.#upper = doubled(this.#upper, new Float64Array(2 * this.#upper.length))
    this.#phases = doubled(this.#phases, new Int8Array(2 * this.#phases.length))
    this.#bound = doubled(this.#bound, new Float64Array(2 * this.#bound.length))
    this.#node = doubled(this.#node, new Int32Array(2 * this.#node.length))
  }
}

export function emptyBox(inputs: number, neurons: number): OpenBox {
  const side = (): Float64Array => new Float64Array(inputs)
  return { lower: side(), upper: side(), phases: new Int8Array(neurons), bound: -Infinity, node: 0 }
}
