// What training tells while it runs, and what it returns.
import type { Network } from '../nn/network.ts'

/** One finished epoch. Losses are means per image; validation figures are null where nothing is held out. */
export interface EpochReport {
  /** 1 for the first epoch. */
  readonly epoch: number
  /** Upper limit; early stop may end sooner. */
  readonly epochs: number
  /** The rate this epoch was trained with. */
  readonly learningRate: number
  /** Mean over the batches as they were trained, before each update. */
  readonly trainLoss: number
  /** Parts of that loss by name, where a method or regulariser has any. */
  readonly parts: Readonly<Record<string, number>>
  readonly trainAccuracy: number
  readonly validationLoss: number | null
  readonly validationAccuracy: number | null
  /** Share of held-out images right before and after one FGSM step of ε; null in standard training that selects by loss. */
  readonly robustAccuracy: number | null
  /** λ·‖γ‖₁ and λ·‖w‖₁ after the epoch; 0 without them. */
  readonly penalty: number
  /**
   * What schedule, early stop and the choice of the best epoch make small: the validation loss, else the training loss; or
   * the share of held-out images that are not robust.
   */
  readonly objective: number
  /** True where this is the best epoch so far: the network that `train` would return. */
  readonly best: boolean
  /** Wall time of the epoch, validation included. */
  readonly seconds: number
  readonly samplesPerSecond: number
}

/** Where an epoch stands; told after every call of the engine. */
export interface BatchReport {
  readonly epoch: number
  readonly epochs: number
  readonly batch: number
  readonly batches: number
  readonly samplesPerSecond: number
}

export type StopReason = 'epochs' | 'early-stop'

/** `network` has the weights of the best epoch (docs/decisions/0004-training.md). */
export interface TrainResult {
  readonly network: Network
  /** One report per epoch, epochs before a resume included. */
  readonly history: readonly EpochReport[]
  /** The epoch whose weights are returned; 0 where no epoch was trained. */
  readonly bestEpoch: number
  readonly stopped: StopReason
}
