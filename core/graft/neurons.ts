// The hidden neurons of a network in one flat vector, and which of them are lines already.
import { activationNodes, type Network } from '../nn/index.ts'
import type { LayerScores } from '../score/index.ts'

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

/** 1 for every neuron that is a line already, [neurons] in topological order. */
export function graftedNeurons(network: Network): Uint8Array {
  return Uint8Array.from(
    activationNodes(network).flatMap(({ node, neurons }) =>
      node.layer.kind === 'graftedRelu' ? Array.from(node.layer.mask.data) : new Array<number>(neurons).fill(0),
    ),
  )
}
