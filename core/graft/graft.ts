// Grafting itself: chosen neurons of a network become lines (Chen et al. 2022; spec A.4).
import {
  activationNodes,
  createNetwork,
  isGrafted,
  type ActivationKind,
  type Layer,
  type Network,
  type NetworkNode,
  type Parameter,
} from '../nn/index.ts'
import type { Lines } from './lines.ts'

/**
 * The network with the given neurons as lines y = slope·z + intercept. Neurons that are lines already stay what they are;
 * so does an activation none of whose neurons is chosen.
 * @param neurons places among all neurons of the network, in topological order
 */
export function graftNeurons(network: Network, neurons: Uint32Array, lines: Lines): Network {
  const chosen = new Uint8Array(lines.slope.length)
  for (const neuron of neurons) chosen[neuron] = 1
  return withLayers(network, (node, offset, size) => {
    const end = offset + size
    const part = { slope: lines.slope.slice(offset, end), intercept: lines.intercept.slice(offset, end) }
    const mask = chosen.subarray(offset, end)
    return mask.includes(1) ? graftedLayer(node, mask, part) : node.layer
  })
}

/** The same function with every activation able to hold lines, none of them one: gradual grafting changes only masks. */
export function readyToGraft(network: Network): Network {
  return withLayers(network, (node, _offset, size) =>
    graftedLayer(node, new Uint8Array(size), { slope: new Float32Array(size), intercept: new Float32Array(size) }),
  )
}

/** Replaces activations; `offset` is the place of their first neuron among all. */
function withLayers(network: Network, make: (node: NetworkNode, offset: number, size: number) => Layer): Network {
  const layers = new Map<string, Layer>()
  let offset = 0
  for (const { node, neurons } of activationNodes(network)) {
    layers.set(node.id, make(node, offset, neurons))
    offset += neurons
  }
  const nodes = network.nodes.map(({ id, layer, inputs }) => ({ id, inputs, layer: layers.get(id) ?? layer }))
  return createNetwork({ ...network, nodes })
}

/** What each activation becomes when some of its neurons are lines. */
const graftedKinds = {
  relu: 'graftedRelu',
  sigmoid: 'graftedSigmoid',
  graftedRelu: 'graftedRelu',
  graftedSigmoid: 'graftedSigmoid',
} as const

function graftedLayer({ layer, shape }: NetworkNode, chosen: Uint8Array, lines: Lines): Layer {
  const parameter = (data: Float32Array | Float64Array): Parameter => ({ shape, data })
  const kind = graftedKinds[layer.kind as ActivationKind]
  if (!isGrafted(layer)) {
    const mask = parameter(Float32Array.from(chosen))
    return { kind, mask, slope: parameter(lines.slope), intercept: parameter(lines.intercept) }
  }
  const { mask, slope, intercept } = layer
  const isNew = (i: number): boolean => mask.data[i] === 0 && chosen[i] === 1
  return {
    kind,
    mask: parameter(mask.data.map((line, i) => Math.max(line, chosen[i]))),
    slope: parameter(slope.data.map((a, i) => (isNew(i) ? lines.slope[i] : a))),
    intercept: parameter(intercept.data.map((b, i) => (isNew(i) ? lines.intercept[i] : b))),
  }
}
