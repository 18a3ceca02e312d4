// Lets others have their turn while a proof is checked, and stops it where it is cancelled or takes too long.

/** Milliseconds between two turns of others. */
const TURN = 15
/** Milliseconds of a task, and share of the time there is, from which on its length is foreseen: the first pieces can be the slowest. */
const FORESEEN = 60
const FORESEEN_SHARE = 0.1

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
  #task = { total: 0, done: 0, started: 0 }

  constructor({ deadline = Infinity, signal }: PaceOptions = {}) {
    this.#deadline = deadline
    this.#signal = signal
  }

  /** `total` pieces of work follow: where they would take longer than there is time, the check stops soon. */
  expect(total: number): void {
    this.#task = { total, done: 0, started: performance.now() }
  }

  /** Called after every piece of work. @throws CheckStopped */
  async rest(): Promise<void> {
    this.#task.done++
    const now = performance.now()
    if (now - this.#last < TURN) return
    if (now >= this.#deadline || this.#signal?.aborted === true || this.#isTooMuch(now)) throw new CheckStopped()
    await new Promise((resolve) => setImmediate(resolve))
    this.#last = performance.now()
  }

  #isTooMuch(now: number): boolean {
    const { total, done, started } = this.#task
    const spent = now - started
    const enough = Math.max(FORESEEN, FORESEEN_SHARE * (this.#deadline - started))
    return spent > enough && now + (spent / done) * (total - done) > this.#deadline
  }
}
