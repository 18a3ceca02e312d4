// Accuracy of a finished network on a dataset.
import type { Dataset } from '../data/dataset.ts'
import type { Engine } from '../engine/engine.ts'
import type { Network } from '../nn/network.ts'
import { createEvaluator, layoutsOf, type Evaluation } from './evaluator.ts'
import { stateOf } from './state.ts'
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
  return evaluator.evaluate(stateOf(network, layoutsOf(network)), dataset, allIndices(dataset), signal)
}
