// Lets others have their turn while a proof is checked, and stops it where it is cancelled or takes too long.

/** Milliseconds between two turns of others. */
const TURN = 15

/** Thrown where checking was stopped before its end. */
export class CheckStopped extends Error {
  override readonly name = 'CheckStopped'
}

export interface PaceOptions {
  /** On the clock of `performance.now`; default never. */
  readonly deadline?: number
  readonly signal?: AbortSignal
}

export class Pace {
  readonly #deadline: number
  readonly #signal: AbortSignal | undefined
  #last = performance.now()

  constructor({ deadline = Infinity, signal }: PaceOptions = {}) {
    this.#deadline = deadline
    this.#signal = signal
  }

  /** Called after every piece of work. @throws CheckStopped */
  async rest(): Promise<void> {
    const now = performance.now()
    if (now - this.#last < TURN) return
    if (now >= this.#deadline || this.#signal?.aborted === true) throw new CheckStopped()
    await new Promise((resolve) => setImmediate(resolve))
    this.#last = performance.now()
  }
}
