// Checkpoints of a stage: bytes kept as an artifact, replaced as the stage goes on, gone when it is done; those of training.
import { EspalierError } from '../../contract/errors.ts'
import type { Store } from '../../store/store.ts'
import { parseCheckpoint, serializeCheckpoint, type TrainCheckpoint } from '../../train/checkpoint.ts'

export class StageCheckpoint {
  readonly #store: Store
  readonly #runId: string
  readonly #stage: string

  constructor(store: Store, runId: string, stage: string) {
    this.#store = store
    this.#runId = runId
    this.#stage = stage
  }

  /** Null where there is none, or where its file is damaged or gone: then the stage starts again. */
  async read(): Promise<Uint8Array | null> {
    const row = await this.#store.checkpoints.get(this.#runId, this.#stage)
    return row === null ? null : orLost(() => this.#store.artifacts.get(row.artifact))
  }

  /** @param step grows from one to the next */
  async write(bytes: Uint8Array, step: number): Promise<void> {
    const artifact = await this.#store.artifacts.put(bytes, 'application/x-espalier-checkpoint')
    const createdAt = new Date().toISOString()
    const row = { runId: this.#runId, stage: this.#stage, step, artifact, createdAt }
    const replaced = await this.#store.checkpoints.record(row)
    if (replaced !== null) await this.#store.artifacts.release(replaced)
  }

  async remove(): Promise<void> {
    for (const artifact of await this.#store.checkpoints.remove(this.#runId, this.#stage)) {
      await this.#store.artifacts.release(artifact)
    }
  }
}

/** Forgets all checkpoints of a run. */
export async function removeCheckpoints(store: Store, runId: string): Promise<void> {
  for (const artifact of await store.checkpoints.remove(runId)) await store.artifacts.release(artifact)
}

/** Where a training stage stands, after every epoch. */
export class TrainCheckpoints {
  readonly #stage: StageCheckpoint

  constructor(store: Store, runId: string, stage: string) {
    this.#stage = new StageCheckpoint(store, runId, stage)
  }

  /** Undefined where there is none that can be used. */
  async read(): Promise<TrainCheckpoint | undefined> {
    const bytes = await this.#stage.read()
    return (bytes === null ? null : await orLost(() => parseCheckpoint(bytes))) ?? undefined
  }

  write(checkpoint: TrainCheckpoint): Promise<void> {
    return this.#stage.write(serializeCheckpoint(checkpoint), checkpoint.epoch)
  }

  remove(): Promise<void> {
    return this.#stage.remove()
  }
}

/** Null in place of what is damaged or gone. */
async function orLost<T>(read: () => T | Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (thrown) {
    if (thrown instanceof EspalierError && lost.has(thrown.code)) return null
    throw thrown
  }
}

const lost: ReadonlySet<string> = new Set(['model/corrupt', 'store/corrupt', 'store/missing'])
