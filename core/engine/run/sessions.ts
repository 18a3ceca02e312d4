// Sessions of ONNX Runtime, of which only the last used stay open: each holds the memory of its tensors for as long as it lives.
import { ort } from './ort.ts'

/** Open sessions. An image of a deep convolutional network takes some forty programs, a hundred images of different bounds thousands. */
const MOST_OPEN = 64

/** A session that is closed when others are wanted more, and opened again when it runs. */
export interface CachedSession {
  run(feeds: Readonly<Record<string, ort.Tensor>>): Promise<ort.InferenceSession.OnnxValueMapType>
  /** Closes it for good. */
  release(): Promise<void>
}

/** Keeps `most` sessions open, those used last. */
export class SessionCache {
  readonly #most: number
  /** In the order of their last use. */
  readonly #open = new Set<ReopeningSession>()

  constructor(most = MOST_OPEN) {
    this.#most = most
  }

  /** Open sessions now. */
  get size(): number {
    return this.#open.size
  }

  /** Opens the session at once, so that a model the runtime refuses shows here. */
  async open(model: Uint8Array, options: ort.InferenceSession.SessionOptions): Promise<CachedSession> {
    const session = new ReopeningSession(model, options, this)
    await session.opened()
    return session
  }

  /** Notes the use of a session, and closes the one longest unused where there are too many. */
  async used(session: ReopeningSession): Promise<void> {
    this.#open.delete(session)
    this.#open.add(session)
    for (const other of this.#open) {
      if (this.#open.size <= this.#most) return
      if (other === session || other.busy) continue
      this.#open.delete(other)
      await other.close()
    }
  }

  forget(session: ReopeningSession): void {
    this.#open.delete(session)
  }
}

class ReopeningSession implements CachedSession {
  readonly #model: Uint8Array
  readonly #options: ort.InferenceSession.SessionOptions
  readonly #cache: SessionCache
  #session: Promise<ort.InferenceSession> | null = null
  #running = 0

  constructor(model: Uint8Array, options: ort.InferenceSession.SessionOptions, cache: SessionCache) {
    this.#model = model
    this.#options = options
    this.#cache = cache
  }

  /** Whether a run is under way. */
  get busy(): boolean {
    return this.#running > 0
  }

  async opened(): Promise<ort.InferenceSession> {
    const opening = (this.#session ??= ort.InferenceSession.create(this.#model, this.#options))
    try {
      const session = await opening
      await this.#cache.used(this)
      return session
    } catch (thrown) {
      this.#session = null
      throw thrown
    }
  }

  async run(feeds: Readonly<Record<string, ort.Tensor>>): Promise<ort.InferenceSession.OnnxValueMapType> {
    this.#running++
    try {
      const session = await this.opened()
      return await session.run(feeds)
    } finally {
      this.#running--
    }
  }

  async close(): Promise<void> {
    const session = this.#session
    this.#session = null
    await (await session)?.release()
  }

  async release(): Promise<void> {
    this.#cache.forget(this)
    await this.close()
  }
}
