// What a run comes to, from its model, its evaluation and its verdict rows.
import type { ModelRow, RunSummary, VerdictRow } from '../../contract/rows.ts'
import type { Verdict } from '../../contract/verdict.ts'

export interface Evaluation {
  /** Share of test images classified correctly; null where there are none. */
  readonly accuracy: number | null
  /** Share still correct under FGSM at `robustnessEpsilon`; both null where no ε is given. */
  readonly robustness: number | null
  readonly robustnessEpsilon: number | null
  /** Share of the attacked images still correct under PGD; null where no attack was wanted. */
  readonly robustAccuracy: number | null
}

/** Only rows of the verifier that was asked; those of the cross-check are there to contradict it, not to count. */
export function summarise(model: ModelRow, evaluation: Evaluation, rows: readonly VerdictRow[]): RunSummary {
  const count = (word: Verdict): number => rows.filter(({ verdict }) => verdict === word).length
  const seconds = rows.reduce((sum, row) => sum + row.seconds, 0)
  const unstable = rows.flatMap((row) => (row.unstable === null ? [] : [row.unstable]))
  const searched = rows.filter(({ method, detail }) => method !== 'attack' && detail.misclassified !== 1)
  const { hiddenNeurons, weights, nonzeroWeights } = model
  return {
    ...evaluation,
    hiddenNeurons,
    weights,
    nonzeroWeights,
    unstable: unstable.length === 0 || hiddenNeurons === 0 ? null : mean(unstable) / hiddenNeurons,
    images: rows.length,
    verified: count('verified'),
    certified: rows.filter(({ evidence }) => evidence === 'certified').length,
    falsified: count('falsified'),
    misclassified: rows.filter(({ detail }) => detail.misclassified === 1).length,
    unknown: count('unknown'),
    timeout: count('timeout'),
    error: count('error'),
    seconds,
    meanSeconds: rows.length === 0 ? null : seconds / rows.length,
    searchSeconds: searched.length === 0 ? null : mean(searched.map((row) => row.seconds)),
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
