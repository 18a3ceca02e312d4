// Loss, predictions and FGSM accuracy of a network over a dataset, with the weights as inputs so that one program serves a whole training.
import type { Dataset } from '../data/dataset.ts'
import { scalar } from '../engine/constant.ts'
import type { Engine, Program, TensorSpec } from '../engine/engine.ts'
import type { Tensor } from '../engine/tensor.ts'
import { forward } from '../nn/forward.ts'
import { sizeOf } from '../nn/layer.ts'
import { shapeOf, type Network } from '../nn/network.ts'
import { networkHash } from '../nn/serialize.ts'
import { fgsmStep } from './fgsm-step.ts'
import { argMaxRow, crossEntropyRow, oneHot } from './loss.ts'
import { graftLayout, statisticsLayout, unpackTensors, weightLayout, type Layout } from './layout.ts'
import { requireFit } from './fit.ts'
import type { NetworkState, StateLayouts } from './state.ts'
import { sweep, sweepBatch } from './sweep.ts'

export interface Evaluation {
  /** Mean cross-entropy, summed in float64. */
  readonly loss: number
  readonly accuracy: number
  /** Share classified correctly both before and after one FGSM step; null where the evaluator has no ε. */
  readonly robustAccuracy: number | null
  /** Predicted class of each image, in the order of the indices. */
  readonly predictions: Uint8Array
}

export interface Evaluator {
  /**
   * Evaluates the images at `indices`.
   * @throws EspalierError 'job/cancelled' when the signal says so, 'model/does-not-fit-data'
   */
  evaluate(state: NetworkState, dataset: Dataset, indices: Uint32Array, signal?: AbortSignal): Promise<Evaluation>
}

/**
 * An evaluator of every network that differs from `network` in parameters only.
 * @param epsilon radius of the FGSM step in pixel units; null: none is made
 */
export async function createEvaluator(
  engine: Engine,
  network: Network,
  epsilon: number | null = null,
): Promise<Evaluator> {
  const program = await compileEvaluation(engine, network, epsilon)
  return {
    async evaluate(state, dataset, indices, signal) {
      requireFit(network, dataset)
      const classes = dataset.classes.length
      const predictions = new Uint8Array(indices.length)
      const labels = new Uint8Array(sweepBatch)
      let loss = 0
      let hits = 0
      let robust = 0
      await sweep(
        dataset,
        indices,
        async (batch) => {
          for (const [row, index] of batch.indices.entries()) labels[row] = dataset.labels[index]
          const given: Record<string, Float32Array> = { ...feeds(state), images: batch.images }
          if (epsilon !== null) given.targets = oneHot(labels, classes)
          const { logits, attacked } = await program.run(given)
          for (const [row] of batch.indices.entries()) {
            const predicted = argMaxRow(logits, row, classes)
            predictions[batch.start + row] = predicted
            loss += crossEntropyRow(logits, row, classes, labels[row])
            if (predicted !== labels[row]) continue
            hits += 1
            if (epsilon !== null && argMaxRow(attacked, row, classes) === labels[row]) robust += 1
          }
        },
        signal,
      )
      const { length } = indices
      return {
        loss: loss / length,
        accuracy: hits / length,
        robustAccuracy: epsilon === null ? null : robust / length,
        predictions,
      }
    },
  }
}

function feeds({ weights, statistics, grafts }: NetworkState): Record<string, Float32Array> {
  return { weights, ...(statistics.length > 0 ? { statistics } : {}), ...(grafts.length > 0 ? { grafts } : {}) }
}

/** `logits` [sweepBatch, classes], and with an ε `attacked`, those after the step. */
function compileEvaluation(
  engine: Engine,
  network: Network,
  epsilon: number | null,
): Promise<Program<string, 'logits' | 'attacked'>> {
  const layouts = layoutsOf(network)
  const images = { shape: [sweepBatch, ...network.inputShape] }
  const inputs: Record<string, TensorSpec> = { images }
  for (const [name, { length }] of Object.entries<Layout>({ ...layouts }))
    if (length > 0) inputs[name] = { shape: [length] }
  if (epsilon !== null) inputs.targets = { shape: [sweepBatch, sizeOf(shapeOf(network, network.output))] }
  return engine.compile<string, string>({
    name: `evaluation of ${network.name}`,
    key: `evaluate ${networkHash(network)}${epsilon === null ? '' : ` fgsm ${epsilon}`}`,
    inputs,
    build: (tensors) => {
      const parameters = Object.fromEntries(
        Object.entries<Layout>({ ...layouts }).flatMap(([name, layout]) =>
          layout.length === 0 ? [] : Object.entries(unpackTensors(layout, tensors[name])),
        ),
      )
      const logits = forward(network, tensors.images, parameters)
      const outputs: Record<string, Tensor> = { logits }
      if (epsilon === null) return outputs
      const moved = fgsmStep(network, tensors.images, tensors.targets, scalar(epsilon), parameters)
      return { ...outputs, attacked: forward(network, moved, parameters) }
    },
  })
}

/** Where the parameters of a network lie in the vectors of a state. */
export function layoutsOf(network: Network): StateLayouts {
  return { weights: weightLayout(network), statistics: statisticsLayout(network), grafts: graftLayout(network) }
}
