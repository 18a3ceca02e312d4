// The state of a training run after an epoch, as plain data and as bytes that resume to the identical bits.
import type { EarlyStopState } from './early-stop.ts'
import type { EpochReport } from './report.ts'
import type { ScheduleState } from './schedule.ts'

/** Flat vectors follow the parameter order of the network (nn/parameters.ts). */
export interface TrainCheckpoint {
  /** Hash of network, data, options, seed and masks: a checkpoint only continues its own run. */
  readonly identity: string
  /** Epochs finished. */
  readonly epoch: number
  readonly weights: Float32Array
  readonly velocity: Float32Array
  /** Running means and variances of batch normalisation. */
  readonly statistics: Float32Array
  readonly bestWeights: Float32Array
  readonly bestStatistics: Float32Array
  readonly schedule: ScheduleState
  readonly earlyStop: EarlyStopState
  readonly history: readonly EpochReport[]
}
