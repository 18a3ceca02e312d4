// Which hidden neurons of a network are lines already.
import { activationNodes, isGrafted, type Network } from '../nn/index.ts'

/** 1 for every neuron that is a line already, [neurons] in topological order. */
export function graftedNeurons(network: Network): Uint8Array {
  return Uint8Array.from(
    activationNodes(network).flatMap(({ node, neurons }) =>
      isGrafted(node.layer) ? Array.from(node.layer.mask.data) : new Array<number>(neurons).fill(0),
    ),
  )
}
