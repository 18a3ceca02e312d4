// Keeps the search for one image in the history, so that a process that is stopped or killed loses seconds of it, not all.
import type { Store } from '../../store/store.ts'
import type { SearchKeeper } from '../../verify/keeper.ts'
import { StageCheckpoint } from './checkpoints.ts'

/** Least milliseconds between two checkpoints of a search. */
const every = 10_000
/** Writing takes at most one part in this many of the search's time. */
const share = 20
/** Before the state: the seconds spent, float64. */
const headerBytes = 8

export class SearchCheckpoint implements SearchKeeper {
  readonly kept: Uint8Array | null
  /** Seconds that earlier processes spent on the image up to what they kept. */
  readonly spent: number
  readonly #stage: StageCheckpoint
  readonly #signal: AbortSignal
  readonly #started = performance.now()
  #next = this.#started + every

  private constructor(stage: StageCheckpoint, bytes: Uint8Array | null, signal: AbortSignal) {
    this.#stage = stage
    this.#signal = signal
    this.kept = bytes?.subarray(headerBytes) ?? null
    this.spent = bytes === null ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true)
  }

  /** @param signal once it is aborted the state is kept at once: the process is about to end */
  static async open(store: Store, runId: string, question: string, signal: AbortSignal): Promise<SearchCheckpoint> {
    const stage = new StageCheckpoint(store, runId, `verify:${question}`)
    return new SearchCheckpoint(stage, await stage.read(), signal)
  }

  due(): boolean {
    return this.#signal.aborted || performance.now() >= this.#next
  }

  async keep(state: Uint8Array): Promise<void> {
    const begun = performance.now()
    const seconds = this.spent + (begun - this.#started) / 1000
    const bytes = new Uint8Array(headerBytes + state.length)
    new DataView(bytes.buffer).setFloat64(0, seconds, true)
    bytes.set(state, headerBytes)
    await this.#stage.write(bytes, Math.round(seconds))
    const ended = performance.now()
    this.#next = ended + Math.max(every, share * (ended - begun))
  }

  /** Once the image is decided. */
  remove(): Promise<void> {
    return this.#stage.remove()
  }
}
