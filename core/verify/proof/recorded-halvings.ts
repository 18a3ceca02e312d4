// The tree of halved boxes of one search by halving, as it grows.
import type { Room } from './recorded-trees.ts'

/** Bytes of one halving. */
const HALVING_BYTES = 32

/** The tree of halved boxes by node number. */
export class RecordedHalvings {
  readonly #room: Room
  readonly #axis: number[] = [-1]
  readonly #child: number[] = [-1]
  #bytes = 0

  constructor(room: Room) {
    this.#room = room
  }

  /**
   * `node` is halved along input `axis`: the number of its lower half; the upper one has the next. Without room nothing more
   * is written down, and the recorder says so.
   */
  halve(node: number, axis: number): number {
    if (this.#room.bytes <= 0) return 0
    this.#bytes += HALVING_BYTES
    this.#room.bytes -= HALVING_BYTES
    this.#axis[node] = axis
    this.#child[node] = this.#axis.length
    this.#axis.push(-1, -1)
    this.#child.push(-1, -1)
    return this.#child[node]
  }

  /** Gives its room back. */
  free(): void {
    this.#room.bytes += this.#bytes
  }

  preorder(): Int32Array {
    const axes: number[] = []
    const waiting = [0]
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      axes.push(this.#axis[node])
      if (this.#axis[node] >= 0) waiting.push(this.#child[node] + 1, this.#child[node])
    }
    return Int32Array.from(axes)
  }
}
