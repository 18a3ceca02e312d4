// Accuracy of a finished network on a dataset.
import type { Dataset } from '../data/dataset.ts'
import type { Engine } from '../engine/engine.ts'
import type { Network } from '../nn/network.ts'
import { createEvaluator, type Evaluation } from './evaluator.ts'
import { pack, statisticsLayout, weightLayout } from './layout.ts'
import { allIndices } from './sweep.ts'

/** Share of images classified correctly. @throws EspalierError 'model/does-not-fit-data', 'job/cancelled' */
export async function evaluateAccuracy(
  engine: Engine,
  network: Network,
  dataset: Dataset,
  signal?: AbortSignal,
): Promise<number> {
  return (await evaluateNetwork(engine, network, dataset, signal)).accuracy
}

/** Loss, accuracy and the predicted class of every image. */
export async function evaluateNetwork(
  engine: Engine,
  network: Network,
  dataset: Dataset,
  signal?: AbortSignal,
): Promise<Evaluation> {
  const evaluator = await createEvaluator(engine, network)
  const state = {
    weights: pack(weightLayout(network), network),
    statistics: pack(statisticsLayout(network), network),
  }
  return evaluator.evaluate(state, dataset, allIndices(dataset), signal)
}
