// The open boxes of input splitting, newest first, in flat arrays.

/** One box of the stack, in buffers that are used again. */
export interface OpenBox {
  readonly lower: Float64Array
  readonly upper: Float64Array
  /** Lower bound of the property's value on it. */
  bound: number
  /** Input to halve. */
  axis: number
  /** Its place in the recorded tree. */
  node: number
}

export class BoxStack {
  readonly #inputs: number
  #size = 0
  #lower: Float64Array
  #upper: Float64Array
  #bound: Float64Array
  #axis: Int32Array
  #node: Int32Array

  constructor(inputs: number, capacity = 1024) {
    this.#inputs = inputs
    this.#lower = new Float64Array(capacity * inputs)
    this.#upper = new Float64Array(capacity * inputs)
    this.#bound = new Float64Array(capacity)
    this.#axis = new Int32Array(capacity)
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

  push({ lower, upper, bound, axis, node }: OpenBox): void {
    if (this.#size === this.#bound.length) this.#grow()
    const at = this.#size++
    this.#lower.set(lower, at * this.#inputs)
    this.#upper.set(upper, at * this.#inputs)
    this.#bound[at] = bound
    this.#axis[at] = axis
    this.#node[at] = node
  }

  pop(into: OpenBox): void {
    const at = --this.#size
    into.lower.set(this.#lower.subarray(at * this.#inputs, (at + 1) * this.#inputs))
    into.upper.set(this.#upper.subarray(at * this.#inputs, (at + 1) * this.#inputs))
    into.bound = this.#bound[at]
    into.axis = this.#axis[at]
    into.node = this.#node[at]
  }

  #grow(): void {
    const doubled = <A extends Float64Array | Int32Array>(old: A, fresh: A): A => {
      fresh.set(old)
      return fresh
    }
    this.#lower = doubled(this.#lower, new Float64Array(2 * this.#lower.length))
    this.#upper = doubled(this.#upper, new Float64Array(2 * this.#upper.length))
    this.#bound = doubled(this.#bound, new Float64Array(2 * this.#bound.length))
    this.#axis = doubled(this.#axis, new Int32Array(2 * this.#axis.length))
    this.#node = doubled(this.#node, new Int32Array(2 * this.#node.length))
  }
}

export function emptyBox(inputs: number): OpenBox {
  return { lower: new Float64Array(inputs), upper: new Float64Array(inputs), bound: -Infinity, axis: 0, node: 0 }
}
