// Loss and predictions of a network over a dataset, with the weights as inputs so that one program serves a whole training.
import type { Dataset } from '../data/dataset.ts'
import type { Engine, TensorSpec } from '../engine/engine.ts'
import { forward } from '../nn/forward.ts'
import type { Network } from '../nn/network.ts'
import { networkHash } from '../nn/serialize.ts'
import { argMaxRow, crossEntropyRow } from './loss.ts'
import { statisticsLayout, unpackTensors, weightLayout } from './layout.ts'
import { requireFit } from './fit.ts'
import type { TrainState } from './step.ts'
import { sweep, sweepBatch } from './sweep.ts'

export interface Evaluation {
  /** Mean cross-entropy, summed in float64. */
  readonly loss: number
  readonly accuracy: number
  /** Predicted class of each image, in the order of the indices. */
  readonly predictions: Uint8Array
}

export interface Evaluator {
  /**
   * Evaluates the images at `indices`.
   * @throws EspalierError 'job/cancelled' when the signal says so, 'model/does-not-fit-data'
   */
  evaluate(
    state: Pick<TrainState, 'weights' | 'statistics'>,
    dataset: Dataset,
    indices: Uint32Array,
    signal?: AbortSignal,
  ): Promise<Evaluation>
}

/** An evaluator of every network that differs from `network` in weights and running statistics only. */
export async function createEvaluator(engine: Engine, network: Network): Promise<Evaluator> {
  const weights = weightLayout(network)
  const statistics = statisticsLayout(network)
  const inputs: Record<string, TensorSpec> = {
    weights: { shape: [weights.length] },
    images: { shape: [sweepBatch, ...network.inputShape] },
  }
  if (statistics.length > 0) inputs.statistics = { shape: [statistics.length] }
  const program = await engine.compile<string, string>({
    name: `evaluation of ${network.name}`,
    key: `evaluate ${networkHash(network)}`,
    inputs,
    build: (tensors) => {
      const running = statistics.length > 0 ? unpackTensors(statistics, tensors.statistics) : {}
      const parameters = { ...unpackTensors(weights, tensors.weights), ...running }
      return { logits: forward(network, tensors.images, parameters) }
    },
  })
  return {
    async evaluate(state, dataset, indices, signal) {
      requireFit(network, dataset)
      const classes = dataset.classes.length
      const predictions = new Uint8Array(indices.length)
      let loss = 0
      let hits = 0
      const running: Record<string, Float32Array> = statistics.length > 0 ? { statistics: state.statistics } : {}
      await sweep(
        dataset,
        indices,
        async (batch) => {
          const { logits } = await program.run({ weights: state.weights, ...running, images: batch.images })
          for (const [row, index] of batch.indices.entries()) {
            const label = dataset.labels[index]
            const predicted = argMaxRow(logits, row, classes)
            predictions[batch.start + row] = predicted
            loss += crossEntropyRow(logits, row, classes, label)
            if (predicted === label) hits += 1
          }
        },
        signal,
      )
      return { loss: loss / indices.length, accuracy: hits / indices.length, predictions }
    },
  }
}
