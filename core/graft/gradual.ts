// Gradual grafting: how many neurons are lines after how many epochs (Zhu and Gupta 2017; spec A.4).

/**
 * Share grafted at epoch `epoch` (0: before the first one) of a schedule that starts at 0 and reaches `ratio` after `span`
 * epochs: ratio·(1 − (1 − epoch/span)³).
 */
export function gradualShare(ratio: number, epoch: number, span: number): number {
  if (epoch >= span) return ratio
  return ratio * (1 - (1 - epoch / span) ** 3)
}

/** Whole epochs of a span given as a share of all: at least one. */
export function spanEpochs(span: number, epochs: number): number {
  return Math.max(1, Math.round(span * epochs))
}
