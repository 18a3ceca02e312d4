// The evaluation of a finished network on the test images; done once, then read from the run's metrics.
import type { Engine } from '../../engine/engine.ts'
import type { Network } from '../../nn/index.ts'
import { evaluateAccuracy } from '../../train/evaluate.ts'
import { fgsmRobustness } from '../../train/fgsm.ts'
import { pgdAccuracy } from '../../train/pgd-accuracy.ts'
import { evaluationEpsilon } from '../recipe/plan.ts'
import type { VariantContext } from './context.ts'
import type { Evaluation } from './summary.ts'

const accuracySeries = 'evaluate.accuracy'
const robustnessSeries = 'evaluate.robustness'
const attackSeries = 'evaluate.robust-accuracy'

/**
 * Accuracy, and at `evaluateEpsilon` (else at the ε of verify; else not at all) FGSM robustness and, where the recipe
 * attacks, the accuracy under PGD.
 */
export async function evaluateModel(context: VariantContext, engine: Engine, network: Network): Promise<Evaluation> {
  const recorded = await readEvaluation(context)
  if (recorded !== null) return recorded
  const { data, recipe, run, store, signal, emit } = context
  const epsilon = evaluationEpsilon(recipe)
  tell(context, `accuracy on ${data.test.count} images`)
  const accuracy = await evaluateAccuracy(engine, network, data.test, signal)
  if (epsilon !== null) tell(context, `FGSM at ε ${epsilon} on ${data.test.count} images`)
  const robustness =
    epsilon === null ? null : (await fgsmRobustness(engine, network, data.test, epsilon, signal)).robustness
  const robustAccuracy = epsilon === null ? null : await attack(context, engine, network, epsilon)
  const points = [
    ...(robustness === null ? [] : [{ series: robustnessSeries, step: 0, value: robustness }]),
    ...(robustAccuracy === null ? [] : [{ series: attackSeries, step: 0, value: robustAccuracy }]),
    { series: accuracySeries, step: 0, value: accuracy },
  ]
  await store.metrics.append(points.map((point) => ({ runId: run.id, ...point })))
  emit({ type: 'metrics', runId: run.id, points })
  return { accuracy, robustness, robustnessEpsilon: epsilon, robustAccuracy }
}

async function attack(
  context: VariantContext,
  engine: Engine,
  network: Network,
  epsilon: number,
): Promise<number | null> {
  const { data, recipe, signal } = context
  const { evaluateAttack } = recipe
  if (evaluateAttack === null) return null
  const { steps, restarts } = evaluateAttack
  const name = `PGD-${steps} at ε ${epsilon}`
  const { robustAccuracy } = await pgdAccuracy(engine, network, data.test, {
    ...evaluateAttack,
    epsilon,
    signal,
    onProgress: (restart, done, all) =>
      tell(context, `${name}, start ${restart + 1} of ${restarts}: ${done} of ${all} candidates`),
  })
  return robustAccuracy
}

function tell({ run, emit }: VariantContext, message: string): void {
  emit({ type: 'gauge', runId: run.id, gauge: { stage: 'evaluate', message } })
}

/** The figures are written in one transaction: where accuracy is, the others are if they were wanted. */
async function readEvaluation({ store, run, recipe }: VariantContext): Promise<Evaluation | null> {
  const [accuracy, robustness, robustAccuracy] = await Promise.all(
    [accuracySeries, robustnessSeries, attackSeries].map(
      async (series) => (await store.metrics.ofRun(run.id, series)).at(0)?.value,
    ),
  )
  if (accuracy === undefined) return null
  return {
    accuracy,
    robustness: robustness ?? null,
    robustnessEpsilon: evaluationEpsilon(recipe),
    robustAccuracy: robustAccuracy ?? null,
  }
}
