// Chooses how many domains a round splits, so that a round stays short enough to stop soon and long enough to pay.

/** Rounds shorter than this grow, longer than `LONG` shrink; milliseconds. */
const SHORT = 150
const LONG = 400

export class Pacer {
  readonly #most: number
  #count: number

  constructor(most: number) {
    this.#most = most
    this.#count = Math.min(most, 8)
  }

  /** Domains for the next round. */
  get count(): number {
    return this.#count
  }

  /** Tells how long a round took. */
  observe(milliseconds: number): void {
    if (milliseconds < SHORT) this.#count = Math.min(this.#most, this.#count * 4)
    else if (milliseconds > LONG) this.#count = Math.max(1, this.#count >> 1)
  }
}
