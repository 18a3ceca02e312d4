// The mean over images of something each neuron has on each image, computed by the engine batch by batch.
import type { Dataset } from '../data/dataset.ts'
import type { Engine } from '../engine/engine.ts'
import { tf, type Tensor } from '../engine/tensor.ts'
import type { Network } from '../nn/network.ts'
import { networkHash } from '../nn/serialize.ts'
import { requireNotCancelled } from '../train/cancel.ts'
import { requireFit } from '../train/fit.ts'
import { oneHot } from '../train/loss.ts'
import { byLayer, neuronsOf, type LayerScores, type MeasuredLayer } from './neurons.ts'

/** Images per run: small, because every neuron's value on every image is held at once. */
const batchSize = 50

export interface MeanRequest {
  readonly engine: Engine
  readonly network: Network
  readonly layers: readonly MeasuredLayer[]
  readonly dataset: Dataset
  readonly images: Uint32Array
  /** Names everything `build` depends on besides network and layers. */
  readonly key: string
  readonly signal?: AbortSignal | undefined
  /** Of `images` [batch, ...inputShape] and one-hot `targets` [batch, classes]: by layer, [batch, ...shape]. */
  build(images: Tensor, targets: Tensor): readonly Tensor[]
}

/** @throws EspalierError 'model/does-not-fit-data', 'job/cancelled' */
export async function meanOverImages(request: MeanRequest): Promise<readonly LayerScores[]> {
  const { network, layers, dataset, images, signal } = request
  requireFit(network, dataset)
  const program = await compileSum(request)
  const classes = dataset.classes.length
  const pixels = dataset.shape[0] * dataset.shape[1] * dataset.shape[2]
  const buffer = new Float32Array(batchSize * pixels)
  const labels = new Uint8Array(batchSize)
  const mean = new Float64Array(neuronsOf(layers))
  for (let start = 0; start < images.length; start += batchSize) {
    requireNotCancelled(signal)
    const batch = images.subarray(start, start + batchSize)
    dataset.batch(batch, buffer)
    labels.set(Uint8Array.from(batch, (image) => dataset.labels[image]))
    const counted = Float32Array.from({ length: batchSize }, (_, row) => Number(row < batch.length))
    const { sum } = await program.run({ images: buffer, targets: oneHot(labels, classes), counted })
    for (let neuron = 0; neuron < mean.length; neuron++) mean[neuron] += sum[neuron] / images.length
  }
  return byLayer(layers, mean)
}

function compileSum(request: MeanRequest) {
  const { engine, network, layers, dataset, key } = request
  return engine.compile({
    name: `importance in ${network.name}`,
    key: `${key} ${networkHash(network)}`,
    inputs: {
      images: { shape: [batchSize, ...network.inputShape] },
      targets: { shape: [batchSize, dataset.classes.length] },
      counted: { shape: [batchSize] },
    },
    build: ({ images, targets, counted }) => {
      const row = tf.reshape(counted, [1, batchSize])
      const sums = request
        .build(images, targets)
        .map((values, index) =>
          tf.reshape(tf.matMul(row, tf.reshape(values, [batchSize, layers[index].neurons])), [layers[index].neurons]),
        )
      return { sum: tf.concat(sums, 0) }
    },
  })
}
