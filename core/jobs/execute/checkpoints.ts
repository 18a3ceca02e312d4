// The last checkpoint of a training stage: kept as an artifact, replaced after every epoch, gone when the stage is done.
import { EspalierError } from '../../contract/errors.ts'
import type { Store } from '../../store/store.ts'
import { parseCheckpoint, serializeCheckpoint, type TrainCheckpoint } from '../../train/checkpoint.ts'

export class StageCheckpoints {
  readonly #store: Store
  readonly #runId: string
  readonly #stage: string

  constructor(store: Store, runId: string, stage: string) {
    this.#store = store
    this.#runId = runId
    this.#stage = stage
  }

  /** Undefined where there is none, or where its file is damaged or gone: then the stage starts again. */
  async read(): Promise<TrainCheckpoint | undefined> {
    const row = await this.#store.checkpoints.get(this.#runId, this.#stage)
    if (row === null) return undefined
    try {
      return parseCheckpoint(await this.#store.artifacts.get(row.artifact))
    } catch (thrown) {
      if (thrown instanceof EspalierError && lost.has(thrown.code)) return undefined
      throw thrown
    }
  }

  async write(checkpoint: TrainCheckpoint): Promise<void> {
    const artifact = await this.#store.artifacts.put(
      serializeCheckpoint(checkpoint),
      'application/x-espalier-checkpoint',
    )
    const createdAt = new Date().toISOString()
    const row = { runId: this.#runId, stage: this.#stage, step: checkpoint.epoch, artifact, createdAt }
    const replaced = await this.#store.checkpoints.record(row)
    if (replaced !== null) await this.#store.artifacts.release(replaced)
  }

  async remove(): Promise<void> {
    for (const artifact of await this.#store.checkpoints.remove(this.#runId, this.#stage)) {
      await this.#store.artifacts.release(artifact)
    }
  }
}

const lost: ReadonlySet<string> = new Set(['model/corrupt', 'store/corrupt', 'store/missing'])
