// Cuts out neurons and channels that change nothing: those that are always zero, and those that nothing reads.
import { EspalierError } from '../contract/errors.ts'
import { activationNodes } from './counts.ts'
import { channelMap } from './fold.ts'
import { isGrafted, sizeOf, type ActivationLayer, type Layer, type Parameter } from './layer.ts'
import { consumersOf, createNetwork, INPUT, nodeById, shapeOf, type Network, type NetworkNode } from './network.ts'
import { removeNeurons } from './surgery.ts'

/**
 * The same function, to rounding, with fewer neurons: features and channels whose activation is zero whatever the input, or
 * that every reader multiplies by zero, are removed, again and again, for each removal may free others. What a residual sum
 * needs stays, and so does one neuron of each layer. Grafted layers without a line become plain ones.
 */
export function cutDeadNeurons(network: Network): Network {
  const smaller = activationNodes(network).reduce((cut, { node }) => cutLayer(cut, node.id), network)
  return smaller === network ? withoutEmptyGrafts(network) : cutDeadNeurons(smaller)
}

/** The network given where nothing can go. */
function cutLayer(network: Network, id: string): Network {
  const node = nodeById(network, id)
  const silent = silentChannels(network, node)
  const read = readChannels(network, node)
  const keep = silent.flatMap((isSilent, channel) => (isSilent || !read[channel] ? [] : [channel]))
  if (keep.length === 0) keep.push(0)
  return keep.length === silent.length ? network : removed(network, id, keep)
}

function removed(network: Network, id: string, keep: readonly number[]): Network {
  try {
    return removeNeurons(network, id, keep)
  } catch (thrown) {
    if (thrown instanceof EspalierError && thrown.code === 'model/unsupported') return network
    throw thrown
  }
}

/** Which channels of an activation give zero for every input. */
function silentChannels(network: Network, { layer, inputs, shape }: NetworkNode): boolean[] {
  const [channels, ...pixels] = shape
  const plane = sizeOf(pixels)
  const constants = constantChannels(network, inputs[0])
  return Array.from({ length: channels }, (_, channel) => {
    for (let i = channel * plane; i < (channel + 1) * plane; i++)
      if (!isSilent(layer as ActivationLayer, i, constants[channel])) return false
    return true
  })
}

/** Whether neuron i gives zero on the constant z; on every z where z is NaN. */
function isSilent(layer: ActivationLayer, i: number, z: number): boolean {
  if (isGrafted(layer) && layer.mask.data[i] === 1) {
    const [slope, intercept] = [layer.slope.data[i], layer.intercept.data[i]]
    return (slope === 0 && intercept === 0) || slope * z + intercept === 0
  }
  // A sigmoid is never zero.
  return (layer.kind === 'relu' || layer.kind === 'graftedRelu') && z <= 0
}

/** The value of every channel of a node that is the same for all inputs and pixels; NaN where it is not. */
function constantChannels(network: Network, id: string): Float64Array {
  const unknown = new Float64Array(shapeOf(network, id)[0]).fill(NaN)
  if (id === INPUT) return unknown
  const { layer, inputs } = nodeById(network, id)
  if (layer.kind === 'dense' || layer.kind === 'conv2d') {
    const used = usedIndices(layer.weight, 0)
    return unknown.map((_, channel) => (used[channel] ? NaN : layer.bias.data[channel]))
  }
  const map = channelMap(layer)
  if (map === null) return unknown
  const before = constantChannels(network, inputs[0])
  return before.map((value, c) => (map.scale[c] === 0 ? map.shift[c] : map.scale[c] * value + map.shift[c]))
}

/** Which channels of a node some reader multiplies by something other than zero. */
function readChannels(network: Network, node: NetworkNode): boolean[] {
  const [channels, ...pixels] = node.shape
  const everything = new Array<boolean>(channels).fill(true)
  if (node.id === network.output) return everything
  const readers = consumersOf(network, node.id).map((reader) => {
    const { layer } = reader
    if (layer.kind === 'dense' || layer.kind === 'conv2d') return usedIndices(layer.weight, 1)
    if (layer.kind === 'relu' || layer.kind === 'avgPool') return readChannels(network, reader)
    if (layer.kind !== 'flatten') return everything
    const features = readChannels(network, reader)
    const plane = sizeOf(pixels)
    return everything.map((_, c) => features.slice(c * plane, (c + 1) * plane).includes(true))
  })
  return everything.map((_, channel) => readers.some((read) => read[channel]))
}

/** For every index along `axis` of a weight, whether any number there is not zero. */
function usedIndices({ shape, data }: Parameter, axis: 0 | 1): boolean[] {
  const used = new Array<boolean>(shape[axis]).fill(false)
  const inner = sizeOf(shape.slice(axis + 1))
  for (const [i, value] of data.entries()) if (value !== 0) used[Math.floor(i / inner) % shape[axis]] = true
  return used
}

function withoutEmptyGrafts(network: Network): Network {
  const isEmpty = (layer: Layer): boolean => isGrafted(layer) && !layer.mask.data.includes(1)
  if (!network.nodes.some(({ layer }) => isEmpty(layer))) return network
  const plain = ({ kind }: Layer): Layer => ({ kind: kind === 'graftedRelu' ? 'relu' : 'sigmoid' })
  const nodes = network.nodes.map((node) => (isEmpty(node.layer) ? { ...node, layer: plain(node.layer) } : node))
  return createNetwork({ ...network, nodes })
}
