// Networks that input splitting takes: dense layers and ReLUs in one line.
import type { Interval, PreActivationBounds } from '../../bounds/box.ts'
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
}

export interface DenseChain {
  readonly inputs: number
  readonly layers: readonly HiddenLayer[]
}

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

/** The chain with `bounds`, which must hold on the box asked about; null where they leave a hidden layer out. */
export function denseChain(network: Network, bounds: PreActivationBounds): DenseChain | null {
  const layers = hiddenDense(network)?.map(({ layer, id }) => hiddenLayer(layer, bounds.get(id)))
  if (!layers?.every((layer) => layer !== null)) return null
  return { inputs: sizeOf(network.inputShape), layers }
}

function hiddenLayer({ weight, bias }: LayerOf<'dense'>, root: Interval | undefined): HiddenLayer | null {
  if (!root) return null
  const [neurons, inputs] = weight.shape
  return {
    inputs,
    neurons,
    weight: Float32Array.from(weight.data),
    bias: Float32Array.from(bias.data),
    root: { lower: Float32Array.from(root.lower, downward), upper: Float32Array.from(root.upper, upward) },
  }
}

/** At most the value, as float32. */
function downward(value: number): number {
  return Math.fround(value - 2 ** -23 * Math.abs(value) - 2 ** -140)
}

function upward(value: number): number {
  return -downward(-value)
}
