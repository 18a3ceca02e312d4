// Significance by activation (SAP): how large a neuron's value is on average (spec A.4).
import type { Dataset } from '../data/dataset.ts'
import type { Engine } from '../engine/engine.ts'
import { tf } from '../engine/tensor.ts'
import { forwardNodes } from '../nn/forward.ts'
import type { Network } from '../nn/network.ts'
import { chooseImages } from './images.ts'
import { meanOverImages } from './mean.ts'
import { measuredLayers, type LayerScores, type MeasuredAt } from './neurons.ts'

export interface ActivationScoreOptions {
  readonly at: MeasuredAt
  /** How many training images. */
  readonly images: number
  /** Chooses them. */
  readonly seed: number
  readonly signal?: AbortSignal
}

/**
 * Mean over images of |h_j| (`post`) or |z_j| (`pre`), in evaluation mode.
 * @throws EspalierError 'model/unsupported' without activations, 'model/does-not-fit-data', 'job/cancelled'
 */
export async function scoreByActivation(
  engine: Engine,
  network: Network,
  dataset: Dataset,
  { at, images, seed, signal }: ActivationScoreOptions,
): Promise<readonly LayerScores[]> {
  const layers = measuredLayers(network, at)
  return meanOverImages({
    engine,
    network,
    layers,
    dataset,
    images: chooseImages(dataset, images, seed),
    key: `score-activation ${at}`,
    signal,
    build(x) {
      const values = forwardNodes(network, x)
      return layers.map(({ node }) => tf.abs(values[node]))
    },
  })
}
