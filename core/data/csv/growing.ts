// A flat array of numbers that grows by doubling, up to a limit.
import { EspalierError } from '../../contract/errors.ts'
import type { DataLimits } from '../limits.ts'

export class Growing {
  readonly #path: string
  readonly #most: number
  #values = new Float32Array(2 ** 16)
  #length = 0

  constructor(path: string, limits: DataLimits) {
    this.#path = path
    this.#most = Math.floor(limits.bytes / Float32Array.BYTES_PER_ELEMENT)
  }

  /** Makes room for so many more. @throws EspalierError `data/too-large` */
  reserve(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#values.length) return
    if (needed > this.#most)
      throw new EspalierError(
        'data/too-large',
        `${this.#path} holds more than ${this.#most} values.`,
        'Give a part of the dataset, or the images as NPY or IDX.',
      )
    const grown = new Float32Array(Math.min(this.#most, Math.max(needed, 2 * this.#values.length)))
    grown.set(this.#values.subarray(0, this.#length))
    this.#values = grown
  }

  push(value: number): void {
    this.#values[this.#length++] = value
  }

  /** What is there; the array is no longer ours. */
  taken(): Float32Array {
    return this.#values.subarray(0, this.#length)
  }
}
