// The evaluation of a finished network on all test images; done once, then read from the run's metrics.
import type { Engine } from '../../engine/engine.ts'
import type { Network } from '../../nn/index.ts'
import { evaluateAccuracy } from '../../train/evaluate.ts'
import { fgsmRobustness } from '../../train/fgsm.ts'
import { evaluationEpsilon } from '../recipe/plan.ts'
import type { VariantContext } from './context.ts'
import type { Evaluation } from './summary.ts'

const accuracySeries = 'evaluate.accuracy'
const robustnessSeries = 'evaluate.robustness'

/** Accuracy, and FGSM robustness at `evaluateEpsilon` (else at the ε of verify; else not at all). */
export async function evaluateModel(context: VariantContext, engine: Engine, network: Network): Promise<Evaluation> {
  const recorded = await readEvaluation(context)
  if (recorded !== null) return recorded
  const { data, recipe, run, store, signal, emit } = context
  const epsilon = evaluationEpsilon(recipe)
  const gauge = (message: string): void => emit({ type: 'gauge', runId: run.id, gauge: { stage: 'evaluate', message } })
  gauge(`accuracy on ${data.test.count} images`)
  const accuracy = await evaluateAccuracy(engine, network, data.test, signal)
  if (epsilon !== null) gauge(`FGSM at ε ${epsilon} on ${data.test.count} images`)
  const robustness =
    epsilon === null ? null : (await fgsmRobustness(engine, network, data.test, epsilon, signal)).robustness
  const points = [
    ...(robustness === null ? [] : [{ series: robustnessSeries, step: 0, value: robustness }]),
    { series: accuracySeries, step: 0, value: accuracy },
  ]
  await store.metrics.append(points.map((point) => ({ runId: run.id, ...point })))
  emit({ type: 'metrics', runId: run.id, points })
  return { accuracy, robustness, robustnessEpsilon: epsilon }
}

/** Both figures are written in one transaction: where accuracy is, robustness is if it was wanted. */
async function readEvaluation({ store, run, recipe }: VariantContext): Promise<Evaluation | null> {
  const [accuracy, robustness] = await Promise.all(
    [accuracySeries, robustnessSeries].map(async (series) => (await store.metrics.ofRun(run.id, series)).at(0)?.value),
  )
  return accuracy === undefined
    ? null
    : { accuracy, robustness: robustness ?? null, robustnessEpsilon: evaluationEpsilon(recipe) }
}
