// Early stopping: training ends when the objective has not fallen for more than `patience` epochs.

/** The best epoch so far; plain data, part of a checkpoint. */
export interface EarlyStopState {
  /** The lowest objective so far; null before the first epoch. */
  readonly best: number | null
  /** The epoch that reached it; 0 before the first. */
  readonly bestEpoch: number
}

export function startEarlyStop(): EarlyStopState {
  return { best: null, bestEpoch: 0 }
}

/** The state after epoch `epoch` (1 for the first); any fall counts, however small. */
export function stepEarlyStop(state: EarlyStopState, epoch: number, objective: number): EarlyStopState {
  return state.best === null || objective < state.best ? { best: objective, bestEpoch: epoch } : state
}

/** True where `epoch` is more than `patience` epochs past the best one; never with patience null. */
export function shouldStop(state: EarlyStopState, epoch: number, patience: number | null): boolean {
  return patience !== null && epoch - state.bestEpoch > patience
}
