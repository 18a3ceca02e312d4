// Neurons of a first dense or convolutional layer as linear functions of the input, read off its weights in float64.
import { INPUT, nodeById, shapeOf, sizeOf, type LayerOf, type Network, type NetworkNode } from '../nn/index.ts'

/** Adds coefficients on elements of the layer's input. */
type Add = (element: number, weight: number) => void

/** Each element of a node as a multiple of one element of the input (and a constant, which nobody asks for). */
interface Multiples {
  /** null: its own number. */
  readonly from: ArrayLike<number> | null
  readonly factor: Float64Array | null
}

/** The coefficients of a neuron on the input, those that are not 0. */
export type InputRow = (neuron: number) => { readonly inputs: Int32Array; readonly weights: Float64Array }

/** null where node `id` is no dense or convolutional layer that reads the input, chosen, reshaped or scaled elements of it. */
export function inputRows(network: Network, id: string): InputRow | null {
  const node = id === INPUT ? null : nodeById(network, id)
  const each = node && weightsOf(network, node)
  const multiples = node && multiplesOf(network, node.inputs[0])
  if (!each || !multiples) return null
  const sums = new Float64Array(sizeOf(network.inputShape))
  const { from, factor } = multiples
  return (neuron) => {
    const touched = new Set<number>()
    each(neuron, (element, weight) => {
      const input = from ? from[element] : element
      sums[input] += factor ? weight * factor[element] : weight
      touched.add(input)
    })
    const inputs = Int32Array.from(touched).filter((i) => sums[i] !== 0)
    const weights = Float64Array.from(inputs, (i) => sums[i])
    for (const i of touched) sums[i] = 0
    return { inputs, weights }
  }
}

function multiplesOf(network: Network, id: string): Multiples | null {
  if (id === INPUT) return { from: null, factor: null }
  const { layer, inputs, shape } = nodeById(network, id)
  const before = multiplesOf(network, inputs[0])
  if (!before || layer.kind === 'flatten') return before
  const { from, factor } = before
  if (layer.kind === 'gather') {
    const { indices } = layer
    if (!indices) return before
    return {
      from: indices.map((i) => (from ? from[i] : i)),
      factor: factor && Float64Array.from(indices, (i) => factor[i]),
    }
  }
  if (layer.kind !== 'affine') return null
  const plane = sizeOf(shape) / shape[0]
  const scale = layer.scale.data
  const scaled = Float64Array.from(
    { length: sizeOf(shape) },
    (_, i) => scale[Math.floor(i / plane)] * (factor?.[i] ?? 1),
  )
  return { from, factor: scaled }
}

function weightsOf(
  network: Network,
  { layer, inputs, shape }: NetworkNode,
): ((neuron: number, add: Add) => void) | null {
  if (layer.kind === 'dense') {
    const [, features] = layer.weight.shape
    return (neuron, add) => {
      for (let i = 0; i < features; i++) add(i, layer.weight.data[neuron * features + i])
    }
  }
  if (layer.kind !== 'conv2d') return null
  const [, height, width] = shape
  const before = shapeOf(network, inputs[0])
  return (neuron, add) => {
    const channel = Math.floor(neuron / (height * width))
    const place = neuron % (height * width)
    window(layer, channel, [Math.floor(place / width), place % width], before, add)
  }
}

/** The weights of one channel at one place of the map; what it reads of the padding is 0. */
function window(
  { weight, strides, pads }: LayerOf<'conv2d'>,
  channel: number,
  [row, column]: readonly [number, number],
  [channels, height, width]: readonly number[],
  add: Add,
): void {
  const [, , kernelHeight, kernelWidth] = weight.shape
  for (let c = 0; c < channels; c++)
    for (let ky = 0; ky < kernelHeight; ky++)
      for (let kx = 0; kx < kernelWidth; kx++) {
        const y = row * strides[0] + ky - pads[0]
        const x = column * strides[1] + kx - pads[1]
        const at = ((channel * channels + c) * kernelHeight + ky) * kernelWidth + kx
        if (y >= 0 && y < height && x >= 0 && x < width) add((c * height + y) * width + x, weight.data[at])
      }
}
