// Significance by gradient (GAP): how much the loss moves with a neuron, on average (spec A.4).
import type { Dataset } from '../data/dataset.ts'
import type { Engine } from '../engine/engine.ts'
import { tf, type Tensor } from '../engine/tensor.ts'
import { forward, forwardNodes } from '../nn/forward.ts'
import type { Network } from '../nn/network.ts'
import { crossEntropySum } from '../train/loss.ts'
import { chooseImages } from './images.ts'
import { meanOverImages } from './mean.ts'
import { measuredLayers, type LayerScores, type MeasuredAt, type MeasuredLayer } from './neurons.ts'

export interface GradientScoreOptions {
  readonly at: MeasuredAt
  /** Where the gradient is taken: at the image, or after one step of FGSM of radius `epsilon` (pixel units). */
  readonly inputs: 'clean' | 'fgsm'
  readonly epsilon: number
  readonly images: number
  readonly seed: number
  readonly signal?: AbortSignal
}

/**
 * Mean over images n of |∂L_n/∂h_j| (`post`) or |∂L_n/∂z_j| (`pre`), L_n the cross-entropy of image n, in evaluation mode.
 * @throws EspalierError 'model/unsupported' without activations, 'model/does-not-fit-data', 'job/cancelled'
 */
export async function scoreByGradient(
  engine: Engine,
  network: Network,
  dataset: Dataset,
  { at, inputs, epsilon, images, seed, signal }: GradientScoreOptions,
): Promise<readonly LayerScores[]> {
  const layers = measuredLayers(network, at)
  const radius = inputs === 'fgsm' ? epsilon : 0
  return meanOverImages({
    engine,
    network,
    layers,
    dataset,
    images: chooseImages(dataset, images, seed),
    key: `score-gradient ${at} ${radius}`,
    signal,
    build: (x, targets) =>
      neuronGradients(network, layers, radius > 0 ? attacked(network, x, targets, radius) : x, targets).map((g) =>
        tf.abs(g),
      ),
  })
}

/** Derivatives of the summed loss by a change of each layer's values: one per image, as images do not meet. */
export function neuronGradients(
  network: Network,
  layers: readonly MeasuredLayer[],
  x: Tensor,
  targets: Tensor,
): readonly Tensor[] {
  const zeros = layers.map(({ shape }) => tf.zeros([x.shape[0], ...shape]))
  const lossOf = (...changes: Tensor[]): Tensor => {
    const values = forwardNodes(network, x, {}, (id, value) =>
      changes.filter((_, index) => layers[index].node === id).reduce((sum, change) => tf.add(sum, change), value),
    )
    return crossEntropySum(values[network.output], targets)
  }
  return tf.grads(lossOf)(zeros)
}

/** FGSM from the image itself, inside [0, 1]. */
function attacked(network: Network, x: Tensor, targets: Tensor, epsilon: number): Tensor {
  const gradient = tf.grad((images: Tensor) => crossEntropySum(forward(network, images), targets))(x)
  return tf.clipByValue(tf.add(x, tf.mul(tf.scalar(epsilon), tf.sign(gradient))), 0, 1)
}
