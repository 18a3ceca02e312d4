// The neurons that importance is measured of: every entry of every activation, layer by layer, with one number each.
import { EspalierError } from '../contract/errors.ts'
import { activationNodes } from '../nn/counts.ts'
import { sizeOf, type Shape } from '../nn/layer.ts'
import { shapeOf, type Network } from '../nn/network.ts'

/** Importance of the neurons of one activation: `scores` [neurons], row-major as the node's shape (c, h, w). */
export interface LayerScores {
  readonly activation: string
  readonly scores: Float64Array
}

/** `post`: what the activation gives, h; `pre`: what it reads, z. */
export type MeasuredAt = 'post' | 'pre'

export interface MeasuredLayer {
  readonly activation: string
  /** The node whose values are measured. */
  readonly node: string
  readonly shape: Shape
  readonly neurons: number
  /** Position of its first neuron among those of all layers. */
  readonly offset: number
}

/** The activations in topological order. @throws EspalierError 'model/unsupported' where the network has none */
export function measuredLayers(network: Network, at: MeasuredAt): readonly MeasuredLayer[] {
  let offset = 0
  const layers = activationNodes(network).map(({ node, preActivationNode }): MeasuredLayer => {
    const measured = at === 'post' ? node.id : preActivationNode
    const neurons = sizeOf(node.shape)
    const layer = { activation: node.id, node: measured, shape: shapeOf(network, measured), neurons, offset }
    offset += neurons
    return layer
  })
  if (layers.length > 0) return layers
  throw new EspalierError(
    'model/unsupported',
    `The network "${network.name}" has no activation layer, so it has no neurons to choose among.`,
    'Choose a network with hidden layers.',
  )
}

/** Neurons of all layers together. */
export function neuronsOf(layers: readonly MeasuredLayer[]): number {
  return layers.reduce((total, { neurons }) => total + neurons, 0)
}

/** One list over all neurons, cut into those of each layer. */
export function byLayer(layers: readonly MeasuredLayer[], all: Float64Array): readonly LayerScores[] {
  return layers.map(({ activation, offset, neurons }) => ({ activation, scores: all.slice(offset, offset + neurons) }))
}

/** Scores of all layers one after another, [neurons]. */
export function flatScores(layers: readonly LayerScores[]): Float64Array {
  const flat = new Float64Array(layers.reduce((total, { scores }) => total + scores.length, 0))
  let offset = 0
  for (const { scores } of layers) {
    flat.set(scores, offset)
    offset += scores.length
  }
  return flat
}
