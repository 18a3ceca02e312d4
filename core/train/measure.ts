// The figures of a finished epoch: held-out loss and accuracies, penalties, and the objective that decides which is best.
import type { TrainArguments } from './arguments.ts'
import { diverged, type EpochOutcome } from './epoch.ts'
import type { Evaluation } from './evaluator.ts'
import { penaltyOf, withoutSmallWeights } from './penalties.ts'
import type { Preparation } from './prepare.ts'
import type { EpochReport } from './report.ts'
import type { NetworkState } from './state.ts'

type Figures = Pick<
  EpochReport,
  | 'trainLoss'
  | 'trainAccuracy'
  | 'parts'
  | 'validationLoss'
  | 'validationAccuracy'
  | 'robustAccuracy'
  | 'penalty'
  | 'objective'
>

export interface Measured {
  readonly figures: Figures
  /** The network that was measured, and would be returned: small weights are zero where the recipe wants that. */
  readonly measured: NetworkState
}

/** @throws EspalierError 'train/diverged' where loss or weights are no numbers any more, 'job/cancelled' */
export async function measureEpoch(args: TrainArguments, run: Preparation, outcome: EpochOutcome): Promise<Measured> {
  const { options, network, data, signal } = args
  const { plan, split, evaluator } = run
  const { statistics, grafts } = outcome.state
  const weights = withoutSmallWeights(plan.weights, outcome.state.weights, options.regularisers.smallWeights)
  const measured = { weights, statistics, grafts }
  const held =
    split.validation.length === 0 ? null : await evaluator.evaluate(measured, data.train, split.validation, signal)
  const objective = objectiveOf(args, outcome, held)
  if (!Number.isFinite(objective)) throw diverged(`the loss became ${objective} on the held-out images`)
  requireFinite(measured)
  const figures = {
    trainLoss: outcome.loss,
    trainAccuracy: outcome.accuracy,
    parts: outcome.parts,
    validationLoss: held?.loss ?? null,
    validationAccuracy: held?.accuracy ?? null,
    robustAccuracy: held?.robustAccuracy ?? null,
    penalty: penaltyOf(network, plan.weights, weights, options),
    objective,
  }
  return { figures, measured }
}

function objectiveOf({ options }: TrainArguments, outcome: EpochOutcome, held: Evaluation | null): number {
  if (options.select === 'robust-accuracy' && held?.robustAccuracy != null) return 1 - held.robustAccuracy
  return held?.loss ?? outcome.loss
}

/** The loss of a batch is that before its update: the last update of an epoch shows in the weights alone. */
function requireFinite({ weights, statistics }: NetworkState): void {
  for (const values of [weights, statistics])
    if (!values.every(Number.isFinite)) throw diverged('after the epoch some weights were no numbers any more')
}
