// Random significance: the control that every other score must beat.
import { SeededRandom } from '../data/random.ts'
import type { Network } from '../nn/network.ts'
import { byLayer, measuredLayers, neuronsOf, type LayerScores } from './neurons.ts'

/** Independent uniform numbers in [0, 1). @throws EspalierError 'model/unsupported' without activations */
export function scoreAtRandom(network: Network, seed: number): readonly LayerScores[] {
  const layers = measuredLayers(network, 'post')
  const random = new SeededRandom(seed).fork('random scores')
  return byLayer(
    layers,
    Float64Array.from({ length: neuronsOf(layers) }, () => random.uniform()),
  )
}
