// Networks that input splitting takes: dense layers and ReLUs in one line, with what rounding can do at each layer.
import type { Box, Interval, PreActivationBounds } from '../../bounds/box.ts'
import { sizeOf, type LayerOf, type Network } from '../../nn/index.ts'

/** One dense layer with the ReLU after it. */
export interface HiddenLayer {
  readonly inputs: number
  readonly neurons: number
  /** [neurons, inputs] */
  readonly weight: Float32Array
  /** [neurons] */
  readonly bias: Float32Array
  /** Bounds of its pre-activations on the whole box, [neurons]. */
  readonly root: { readonly lower: Float32Array; readonly upper: Float32Array }
  /** What rounding costs per unit of |Λ| on its pre-activations, [neurons]. */
  readonly rounding: Float32Array
}

export interface DenseChain {
  readonly inputs: number
  readonly layers: readonly HiddenLayer[]
  /** What rounding costs per unit of |Λ| on the inputs, and on the outputs of the last hidden layer. */
  readonly inputRounding: Float32Array
  readonly outputRounding: Float64Array
}

/** Unit roundoff of float32. */
const UNIT = 2 ** -24

/** The hidden layers in order, or null where the network is anything else. */
export function hiddenDense(
  network: Network,
): readonly { readonly layer: LayerOf<'dense'>; readonly id: string }[] | null {
  const found: { layer: LayerOf<'dense'>; id: string }[] = []
  let open: { layer: LayerOf<'dense'>; id: string } | null = null
  let before = 'input'
  for (const { id, layer, inputs } of network.nodes) {
    if (inputs.length !== 1 || inputs[0] !== before) return null
    before = id
    if (layer.kind === 'flatten') continue
    if (layer.kind === 'dense' && !open) open = { layer, id }
    else if (layer.kind === 'relu' && open) {
      found.push(open)
      open = null
    } else return null
  }
  return before === network.output ? found : null
}

/**
 * The chain on a box. With |h| the largest magnitude of a layer's input, 2n + 16 roundings of |Λ|(|W||h| + |b|) cover a
 * layer's products and sums and its two lines; `bounds` must hold on the box and have every hidden layer.
 */
export function denseChain(network: Network, box: Box, bounds: PreActivationBounds): DenseChain | null {
  const hidden = hiddenDense(network)
  if (!hidden) return null
  const inputMagnitude = magnitudes(box)
  let magnitude = inputMagnitude
  const layers: HiddenLayer[] = []
  for (const { layer, id } of hidden) {
    const root = bounds.get(id)
    if (!root) return null
    layers.push(hiddenLayer(layer, root, magnitude))
    magnitude = root.upper.map((upper) => Math.max(upper, 0))
  }
  return {
    inputs: sizeOf(network.inputShape),
    layers,
    inputRounding: Float32Array.from(inputMagnitude, (size) => roundings(inputMagnitude.length) * size),
    outputRounding: magnitude.map((size) => roundings(magnitude.length) * size),
  }
}

function hiddenLayer({ weight, bias }: LayerOf<'dense'>, root: Interval, magnitude: Float64Array): HiddenLayer {
  const [neurons, inputs] = weight.shape
  const rounding = new Float32Array(neurons)
  for (let j = 0; j < neurons; j++) {
    let size = Math.abs(bias.data[j]) + Math.max(Math.abs(root.lower[j]), Math.abs(root.upper[j]))
    for (let i = 0; i < inputs; i++) size += Math.abs(weight.data[j * inputs + i]) * magnitude[i]
    rounding[j] = roundings(inputs) * size
  }
  return {
    inputs,
    neurons,
    weight: Float32Array.from(weight.data),
    bias: Float32Array.from(bias.data),
    root: { lower: Float32Array.from(root.lower, downward), upper: Float32Array.from(root.upper, upward) },
    rounding,
  }
}

function roundings(n: number): number {
  return (2 * n + 16) * UNIT
}

function magnitudes({ lower, upper }: Box): Float64Array {
  return lower.map((value, i) => Math.max(Math.abs(value), Math.abs(upper[i])))
}

/** At most the value, as float32. */
function downward(value: number): number {
  return Math.fround(value - 2 ** -23 * Math.abs(value) - 2 ** -140)
}

function upward(value: number): number {
  return -downward(-value)
}
