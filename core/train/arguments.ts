// What `train` is given.
import type { TrainOptions } from '../contract/recipe.ts'
import type { DatasetPair } from '../data/dataset.ts'
import type { Engine } from '../engine/engine.ts'
import type { Network } from '../nn/network.ts'
import type { TrainCheckpoint } from './checkpoint.ts'
import type { GradualMasks } from './gradual.ts'
import type { WeightMasks } from './masks.ts'
import type { BatchReport, EpochReport } from './report.ts'

export interface TrainArguments {
  readonly engine: Engine
  readonly network: Network
  readonly data: DatasetPair
  readonly options: TrainOptions
  readonly seed: number
  /** Continue here instead of at the beginning; on the same provider the result is the same to the last bit. */
  readonly checkpoint?: TrainCheckpoint
  /** Weights held at zero. Default: none. */
  readonly masks?: WeightMasks
  /** Masks that change from epoch to epoch. Default: none do. */
  readonly gradual?: GradualMasks
  readonly signal: AbortSignal
  onEpoch(report: EpochReport): void
  onBatch?(report: BatchReport): void
  /** Awaited after every epoch. */
  onCheckpoint?(checkpoint: TrainCheckpoint): Promise<void>
}
