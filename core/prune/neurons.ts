// Neuron pruning after network slimming: neurons with the smallest batch-norm scale are really removed (spec A.8).
import { EspalierError } from '../contract/errors.ts'
import { activationNodes } from '../nn/counts.ts'
import { nodeById, type Network } from '../nn/network.ts'
import { removeNeurons } from '../nn/surgery.ts'
import { lowestIndices, shareOf } from '../score/index.ts'
import type { Cut } from './cut.ts'
import { requireRatio } from './ratio.ts'

/** The batch-norm scales of one hidden layer: one per feature, or per channel of a convolution. */
interface ScaledLayer {
  readonly activation: string
  readonly magnitudes: Float64Array
  /** Position of its first neuron among those of all layers. */
  readonly offset: number
}

/**
 * Algorithm 1 of Guidotti et al. 2020: sorts |γ| of all batch normalisations together, takes τ = sorted[⌊ratio·n⌋] and
 * removes every neuron with |γ| ≤ τ, that is ⌊ratio·n⌋ + 1 of them. Their constant output max(β, 0) is dropped, as there.
 *
 * Ours where the paper is silent: ratio 0 removes nothing; equal |γ| go in order of layer and index, so that the count is
 * always exact; the neuron with the largest |γ| of each layer stays, and the next smallest elsewhere goes instead.
 *
 * @throws EspalierError 'prune/ratio' outside [0, 1] or where it would empty a layer, 'model/unsupported' without batch
 * normalisation before an activation, or where a residual sum needs the neurons
 */
export function pruneNeurons(network: Network, ratio: number): Network {
  const removed = new Set(neuronCut(network, ratio).chosen)
  return scaledLayers(network).reduce((pruned, { activation, magnitudes, offset }) => {
    const keep = Uint32Array.from(magnitudes.keys()).filter((index) => !removed.has(offset + index))
    return keep.length === magnitudes.length ? pruned : removeNeurons(pruned, activation, keep)
  }, network)
}

/** What `pruneNeurons` would remove, by |γ|. @throws EspalierError as `pruneNeurons`, but for residual sums */
export function neuronCut(network: Network, ratio: number): Cut {
  requireRatio(ratio)
  const layers = scaledLayers(network)
  const total = layers.reduce((sum, { magnitudes }) => sum + magnitudes.length, 0)
  if (total === 0) throw noScales(network)
  const scores = new Float64Array(total)
  for (const { magnitudes, offset } of layers) scores.set(magnitudes, offset)
  if (ratio === 0) return { scores, chosen: new Uint32Array() }
  const count = shareOf(ratio, total) + 1
  if (count > total - layers.length) throw tooMany(network, ratio, Math.min(count, total), total)
  return { scores, chosen: lowestIndices(rankedMagnitudes(layers, total), count) }
}

function scaledLayers(network: Network): readonly ScaledLayer[] {
  let offset = 0
  return activationNodes(network).flatMap(({ node, preActivationNode }): ScaledLayer[] => {
    if (preActivationNode === 'input') return []
    const { layer } = nodeById(network, preActivationNode)
    if (layer.kind !== 'batchNorm') return []
    const magnitudes = Float64Array.from(layer.gamma.data, Math.abs)
    const scaled = { activation: node.id, magnitudes, offset }
    offset += magnitudes.length
    return [scaled]
  })
}

/** |γ| of all layers in one list, the last neuron of each layer lifted out of reach. */
function rankedMagnitudes(layers: readonly ScaledLayer[], total: number): Float64Array {
  const ranked = new Float64Array(total)
  for (const { magnitudes, offset } of layers) {
    ranked.set(magnitudes, offset)
    let largest = 0
    for (const [index, magnitude] of magnitudes.entries()) if (magnitude >= magnitudes[largest]) largest = index
    ranked[offset + largest] = Infinity
  }
  return ranked
}

function noScales(network: Network): EspalierError {
  return new EspalierError(
    'model/unsupported',
    `The network "${network.name}" has no batch normalisation before its activations, so there is no γ to rank neurons by.`,
    'Prune weights or graft it, or prune the network that it was exported from: an export folds batch norm into the weights.',
  )
}

function tooMany(network: Network, ratio: number, count: number, total: number): EspalierError {
  return new EspalierError(
    'prune/ratio',
    `A ratio of ${ratio} would remove ${count} of the ${total} hidden neurons of "${network.name}" and empty a layer.`,
    'Choose a smaller ratio: every layer keeps at least one neuron.',
  )
}
