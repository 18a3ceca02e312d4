// Rows of domains as bounding programs take them: bounds and α of every neuron, the splits as lists.
import type { Cone } from './graph.ts'
import { splitLayout, type SplitLayout } from './splits.ts'

/** All arrays flat; only the first `count` rows mean anything to the caller. */
export class DomainBatch {
  count = 0
  readonly size: number
  /** Most splits of a row in one activation. */
  readonly splits: number
  /** [size, neurons] */
  readonly lower: Float32Array
  readonly upper: Float32Array
  readonly alpha: Float32Array
  /** Splits, [size, slots]; see `splitInputs`. */
  readonly place: Int32Array
  readonly sign: Float32Array
  readonly beta: Float32Array
  /** Factor on the steps of each row, [size]. */
  readonly rate: Float32Array
  /** Which mixture of the bounder's rows each domain is about, [size, rows]; one-hot for a single row. */
  readonly mix: Float32Array
  readonly #cone: Cone
  readonly #layout: SplitLayout

  constructor(cone: Cone, { size, splits, rows }: { size: number; splits: number; rows: number }) {
    const { neurons } = cone
    this.#cone = cone
    this.#layout = splitLayout(cone, splits)
    this.size = size
    this.splits = splits
    this.lower = new Float32Array(size * neurons)
    this.upper = new Float32Array(size * neurons)
    this.alpha = new Float32Array(size * neurons)
    this.place = new Int32Array(size * this.#layout.slots)
    this.sign = new Float32Array(size * this.#layout.slots)
    this.beta = new Float32Array(size * this.#layout.slots)
    this.rate = new Float32Array(size).fill(1)
    this.mix = new Float32Array(size * rows)
  }

  /** Takes the splits of a row away; its bounds stay as they are. */
  clearSplits(row: number): void {
    const { slots } = this.#layout
    for (const values of [this.place, this.sign, this.beta]) values.fill(0, row * slots, (row + 1) * slots)
  }

  /**
   * Splits neuron `neuron` of the cone: its bounds are clamped and β is in place.
   * @throws RangeError when the activation's list is full.
   */
  split(row: number, neuron: number, sign: 1 | -1, beta: number): void {
    const { activations } = this.#cone
    const k = activations.findIndex(({ offset, neurons }) => neuron < offset + neurons)
    const { offset, slots } = this.#layout.lists[k]
    const first = row * this.#layout.slots + offset
    const free = this.sign.subarray(first, first + slots).indexOf(0)
    if (free < 0) throw new RangeError(`no room for another split of "${activations[k].node.id}"`)
    this.place[first + free] = neuron - activations[k].offset
    this.sign[first + free] = sign
    this.beta[first + free] = beta
    const at = row * this.#cone.neurons + neuron
    if (sign > 0) this.lower[at] = Math.max(this.lower[at], 0)
    else this.upper[at] = Math.min(this.upper[at], 0)
  }

  /** Every split of a row: the neuron of the cone and where its `sign` and `beta` are. */
  forEachSplit(row: number, visit: (neuron: number, at: number) => void): void {
    for (const [k, { offset, slots }] of this.#layout.lists.entries()) {
      const first = row * this.#layout.slots + offset
      for (let at = first; at < first + slots && this.sign[at] !== 0; at++)
        visit(this.#cone.activations[k].offset + this.place[at], at)
    }
  }

  /** Repeats the first row into the unused ones, so that padding holds ordinary numbers. */
  pad(): void {
    for (const values of [this.lower, this.upper, this.alpha, this.place, this.sign, this.beta, this.rate, this.mix]) {
      const width = values.length / this.size
      for (let row = this.count; row < this.size; row++) values.copyWithin(row * width, 0, width)
    }
  }
}
