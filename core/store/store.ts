// The history on disk: one SQLite file with its repositories, hashed artifacts beside it, one owner at a time.
import type { ArtifactStore } from './artifacts.ts'
import type { CheckpointRepository } from './repositories/checkpoints.ts'
import type { DatasetRepository } from './repositories/datasets.ts'
import type { JobRepository } from './repositories/jobs.ts'
import type { MetricRepository } from './repositories/metrics.ts'
import type { ModelRepository } from './repositories/models.ts'
import type { RunRepository } from './repositories/runs.ts'
import type { SettingRepository } from './repositories/settings.ts'
import type { VerdictRepository } from './repositories/verdicts.ts'

/**
 * Who opens the history. `owner`: the application, one at a time, which migrates and recovers; `job`: a child process
 * of the owner, which reads and writes; `reader`: reads only, beside an owner, from a read-only folder, or a database
 * that a newer Espalier wrote.
 */
export type StoreRole = 'owner' | 'job' | 'reader'

export interface StoreOptions {
  readonly role?: StoreRole
  /** True is the role `reader`. */
  readonly readOnly?: boolean
}

/** An open history. Every method may throw EspalierError `store/*`. */
export interface Store {
  readonly home: string
  readonly role: StoreRole
  readonly datasets: DatasetRepository
  readonly models: ModelRepository
  readonly jobs: JobRepository
  readonly runs: RunRepository
  readonly metrics: MetricRepository
  readonly verdicts: VerdictRepository
  readonly checkpoints: CheckpointRepository
  readonly settings: SettingRepository
  readonly artifacts: ArtifactStore
  /** Closes the file and gives the lock back; may be called twice. */
  close(): Promise<void>
}
