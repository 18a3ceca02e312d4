// Takes neurons out of a network for good: rows before the activation, columns after it (spec A.8, Algorithm 1).
import { EspalierError } from '../contract/errors.ts'
import { sizeOf, type Layer, type Parameter } from './layer.ts'
import { consumersOf, createNetwork, INPUT, nodeById, shapeOf, type Network, type NetworkNode } from './network.ts'

/**
 * Keeps only the neurons `keepIndices` (features of a rank-1 activation, channels of a rank-3 one), in increasing order.
 * Shrinks the dense or conv2d layer before, per-channel layers and grafts between, and the columns of what reads them.
 * The outputs are those of the network with the removed activations set to zero.
 * @throws EspalierError 'model/unsupported' where a residual sum, the output or a layer that makes something of zero
 * (a normalisation after the activation) needs the removed neurons.
 */
export function removeNeurons(
  network: Network,
  activationNodeId: string,
  keepIndices: readonly number[] | Uint32Array,
): Network {
  const activation = nodeById(network, activationNodeId)
  const keep = Array.from(keepIndices)
  requireIndices(activation, keep)
  const changed = new Map<string, Layer>()
  shrinkBefore(network, activation, keep, changed)
  shrinkAfter(network, activation, keep, changed)
  const nodes = network.nodes.map(({ id, layer, inputs }) => ({ id, inputs, layer: changed.get(id) ?? layer }))
  return createNetwork({ name: network.name, inputShape: network.inputShape, nodes, output: network.output })
}

/** From the activation back to the layer whose rows make the neurons. */
function shrinkBefore(network: Network, activation: NetworkNode, keep: number[], changed: Map<string, Layer>): void {
  let node = activation
  for (;;) {
    const { layer } = node
    if (layer.kind === 'dense' || layer.kind === 'conv2d') {
      changed.set(node.id, { ...layer, weight: select(layer.weight, 0, keep), bias: select(layer.bias, 0, keep) })
      return
    }
    if (mixesChannels(layer) || node.inputs[0] === INPUT) throw unsupported(node)
    changed.set(node.id, shrinkChannels(layer, keep))
    const before = nodeById(network, node.inputs[0])
    if (consumersOf(network, before.id).length !== 1 || before.id === network.output) throw unsupported(before)
    node = before
  }
}

/** From a node with fewer channels on to every layer that sums over them. */
function shrinkAfter(network: Network, node: NetworkNode, keep: number[], changed: Map<string, Layer>): void {
  if (node.id === network.output) throw unsupported(node)
  for (const reader of consumersOf(network, node.id)) {
    const { layer } = reader
    if (layer.kind === 'dense' || layer.kind === 'conv2d') {
      changed.set(reader.id, { ...layer, weight: select(layer.weight, 1, keep) })
    } else if (layer.kind === 'flatten') {
      const plane = sizeOf(shapeOf(network, node.id).slice(1))
      const pixels = keep.flatMap((channel) => Array.from({ length: plane }, (_, i) => channel * plane + i))
      shrinkAfter(network, reader, pixels, changed)
    } else if (layer.kind === 'relu' || layer.kind === 'avgPool') {
      shrinkAfter(network, reader, keep, changed)
    } else {
      throw unsupported(reader)
    }
  }
}

type ChannelwiseLayer = Exclude<Layer, { kind: 'dense' | 'conv2d' | 'flatten' | 'gather' | 'add' }>

/** Whether channel c of the output is more than channel c of one input, and the layer no dense or conv2d. */
function mixesChannels(layer: Layer): layer is Extract<Layer, { kind: 'flatten' | 'gather' | 'add' }> {
  return layer.kind === 'add' || layer.kind === 'flatten' || layer.kind === 'gather'
}

/** A layer that works on each channel by itself, with only the channels `keep`. */
function shrinkChannels(layer: ChannelwiseLayer, keep: number[]): Layer {
  const kept = (parameter: Parameter): Parameter => select(parameter, 0, keep)
  switch (layer.kind) {
    case 'relu':
    case 'sigmoid':
    case 'avgPool':
      return layer
    case 'affine':
      return { ...layer, scale: kept(layer.scale), shift: kept(layer.shift) }
    case 'graftedRelu':
    case 'graftedSigmoid':
      return { ...layer, mask: kept(layer.mask), slope: kept(layer.slope), intercept: kept(layer.intercept) }
    case 'batchNorm': {
      const { gamma, beta, mean, variance } = layer
      return { ...layer, gamma: kept(gamma), beta: kept(beta), mean: kept(mean), variance: kept(variance) }
    }
    default:
      return layer satisfies never
  }
}

/** The slices `keep` of a parameter along `axis`. */
function select({ shape, data }: Parameter, axis: number, keep: readonly number[]): Parameter {
  const outer = sizeOf(shape.slice(0, axis))
  const inner = sizeOf(shape.slice(axis + 1))
  const length = outer * keep.length * inner
  const selected = data instanceof Float32Array ? new Float32Array(length) : new Float64Array(length)
  let at = 0
  for (let block = 0; block < outer; block++) {
    for (const index of keep) {
      const from = (block * shape[axis] + index) * inner
      selected.set(data.subarray(from, from + inner), at)
      at += inner
    }
  }
  return { shape: shape.map((dimension, i) => (i === axis ? keep.length : dimension)), data: selected }
}

function requireIndices({ id, shape }: NetworkNode, keep: readonly number[]): void {
  const rising = keep.every((index, i) => Number.isInteger(index) && index > (i === 0 ? -1 : keep[i - 1]))
  if (keep.length > 0 && rising && keep[keep.length - 1] < shape[0]) return
  throw new EspalierError(
    'model/shape',
    `The neurons to keep in "${id}" must be increasing indices below ${shape[0]}, at least one.`,
    'Keep at least one neuron in every layer.',
  )
}

function unsupported({ id, layer }: NetworkNode): EspalierError {
  return new EspalierError(
    'model/unsupported',
    `These neurons cannot be removed: layer "${id}" (${layer.kind}) needs all of them.`,
    'Prune neurons only where the activation feeds dense or convolutional layers directly, and no residual sum.',
  )
}
