// Weight pruning: the smallest weights become zero and are held there by masks (spec A.8).
import { trainableParameters, withParameters } from '../nn/parameters.ts'
import type { Network } from '../nn/network.ts'
import { lowestInOrder, shareOf } from '../score/index.ts'
import type { Cut } from './cut.ts'
import { requireRatio } from './ratio.ts'

export interface PrunedWeights {
  readonly network: Network
  /** By parameter name: 1 for a weight that lives on, 0 for one that stays zero in fine-tuning. */
  readonly masks: Readonly<Record<string, Uint8Array>>
}

/**
 * Algorithm 2 of Guidotti et al. 2020: sorts |w| over all dense and convolutional weights together and zeroes those below
 * τ = sorted[⌊ratio·n⌋]: exactly ⌊ratio·n⌋ weights, as the paper's text ("< τ") and counts have it; its code ("≤ τ") zeroes
 * one more. Equal magnitudes go in parameter order. Biases and batch-norm parameters are untouched. A row may become all
 * zeros: its neuron then is a constant, which training, fusion and verification take as it is.
 *
 * @throws EspalierError 'prune/ratio' outside [0, 1]
 */
export function pruneWeights(network: Network, ratio: number): PrunedWeights {
  const { scores, chosen } = weightCut(network, ratio)
  const free = new Uint8Array(scores.length).fill(1)
  for (const index of chosen) free[index] = 0
  let offset = 0
  const masks: Record<string, Uint8Array> = {}
  const values: Record<string, Float32Array | Float64Array> = {}
  for (const { name, parameter } of weightsOf(network)) {
    const mask = free.slice(offset, offset + parameter.data.length)
    masks[name] = mask
    values[name] = parameter.data.map((value, index) => (mask[index] === 0 ? 0 : value))
    offset += mask.length
  }
  return { network: withParameters(network, values), masks }
}

/** What `pruneWeights` would set to zero, by |w|. @throws EspalierError 'prune/ratio' outside [0, 1] */
export function weightCut(network: Network, ratio: number): Cut {
  requireRatio(ratio)
  const weights = weightsOf(network)
  const scores = new Float64Array(weights.reduce((sum, { parameter }) => sum + parameter.data.length, 0))
  let offset = 0
  for (const { parameter } of weights) {
    scores.set(parameter.data.map(Math.abs), offset)
    offset += parameter.data.length
  }
  return { scores, chosen: lowestInOrder(scores, shareOf(ratio, scores.length)) }
}

function weightsOf(network: Network): ReturnType<typeof trainableParameters> {
  return trainableParameters(network).filter(({ role }) => role === 'weight')
}
