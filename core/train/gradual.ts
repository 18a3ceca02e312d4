// Masks that change while a network is trained: gradual pruning and gradual grafting hook in here, once per epoch.
import type { Network } from '../nn/network.ts'
import type { WeightMasks } from './masks.ts'

/** Where training stands before an epoch. */
export interface EpochStart {
  /** 1 for the first epoch. */
  readonly epoch: number
  readonly epochs: number
  /** The network as trained so far, with the masks in force. */
  readonly network: Network
}

/** What an epoch begins with instead. */
export interface EpochChange {
  /** The network given, with other parameters: masks of grafted layers, slopes, intercepts, pruned weights. Same layers and shapes. */
  readonly network: Network
  /** Weights held at zero from now on; left out: those held so far. */
  readonly masks?: WeightMasks
}

/**
 * A schedule of masks. Masks are inputs of the training step: nothing is compiled again. After every change the choice of
 * the best epoch, early stop and plateau begin anew, so that the network returned is one of the last masks.
 */
export interface GradualMasks {
  /** Whatever decides the schedule, as text: part of what a checkpoint belongs to. */
  readonly identity: string
  /** The last epoch that changes anything; training does not stop early before its end. */
  readonly lastChange: number
  /**
   * Awaited before every epoch; null: nothing changes. Must depend on its argument and on what is fixed before training
   * only, so that a resumed run ends like an uninterrupted one.
   */
  onEpochStart(start: EpochStart): Promise<EpochChange | null>
}
