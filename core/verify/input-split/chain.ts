// Networks that input splitting takes, dense layers and ReLUs in one line, with the property's rows as their last step.
import type { OutputRows } from '../../bounds/box.ts'
import { sizeOf, type LayerOf, type Network } from '../../nn/index.ts'

/** z = weight·h + bias: pre-activations of a hidden layer, or the property's rows. */
export interface AffineStep {
  readonly inputs: number
  readonly outputs: number
  /** [outputs, inputs] */
  readonly weight: Float64Array
  readonly bias: Float64Array
  /** What the rounding of weights and bias goes by: their absolute values, before anything cancelled in them. */
  readonly weightSize: Float64Array
  readonly biasSize: Float64Array
}

export interface DenseChain {
  readonly inputs: number
  readonly hidden: readonly AffineStep[]
  readonly rows: AffineStep
  /** Hidden neurons. */
  readonly neurons: number
  /** At least the terms of any sum that leads to a bound, which its rounding goes by. */
  readonly terms: number
}

export interface DenseLayers {
  /** Each with a ReLU after it. */
  readonly hidden: readonly LayerOf<'dense'>[]
  /** What comes after the last ReLU. */
  readonly last: LayerOf<'dense'> | null
}

/** The layers in order, or null where the network is anything else. */
export function denseLayers(network: Network): DenseLayers | null {
  const hidden: LayerOf<'dense'>[] = []
  let last: LayerOf<'dense'> | null = null
  let before = 'input'
  for (const { id, layer, inputs } of network.nodes) {
    if (inputs.length !== 1 || inputs[0] !== before) return null
    before = id
    if (layer.kind === 'flatten') continue
    if (layer.kind === 'dense' && !last) last = layer
    else if (layer.kind === 'relu' && last) {
      hidden.push(last)
      last = null
    } else return null
  }
  return before === network.output ? { hidden, last } : null
}

/** The chain of a network and `rows` of its output; null where the network is no chain. */
export function denseChain(network: Network, rows: OutputRows): DenseChain | null {
  const layers = denseLayers(network)
  if (!layers) return null
  const inputs = sizeOf(network.inputShape)
  const hidden = layers.hidden.map(stepOf)
  const neurons = hidden.reduce((total, { outputs }) => total + outputs, 0)
  const own = step(rows.coefficients, rows.offsets)
  const last = layers.last && stepOf(layers.last)
  const terms = 2 * (inputs + neurons + (last?.outputs ?? 0) + 16)
  return { inputs, hidden, rows: last ? composed(own, last) : own, neurons, terms }
}

function stepOf({ weight, bias }: LayerOf<'dense'>): AffineStep {
  return step(Float64Array.from(weight.data), Float64Array.from(bias.data))
}

function step(weight: Float64Array, bias: Float64Array): AffineStep {
  return {
    inputs: weight.length / bias.length,
    outputs: bias.length,
    weight,
    bias,
    weightSize: weight.map(Math.abs),
    biasSize: bias.map(Math.abs),
  }
}

/** `outer` after `inner`. */
function composed(outer: AffineStep, inner: AffineStep): AffineStep {
  return {
    inputs: inner.inputs,
    outputs: outer.outputs,
    weight: product(outer.weight, inner.weight, inner),
    bias: sum(product(outer.weight, inner.bias, { inputs: 1, outputs: inner.outputs }), outer.bias),
    weightSize: product(outer.weightSize, inner.weightSize, inner),
    biasSize: sum(product(outer.weightSize, inner.biasSize, { inputs: 1, outputs: inner.outputs }), outer.biasSize),
  }
}

/** [rows, outputs] times [outputs, inputs]. */
function product(
  left: Float64Array,
  right: Float64Array,
  { inputs, outputs }: Pick<AffineStep, 'inputs' | 'outputs'>,
): Float64Array {
  const result = new Float64Array((left.length / outputs) * inputs)
  for (let k = 0; k < left.length; k++) {
    const row = Math.floor(k / outputs) * inputs
    const from = (k % outputs) * inputs
    for (let i = 0; i < inputs; i++) result[row + i] += left[k] * right[from + i]
  }
  return result
}

function sum(left: Float64Array, right: Float64Array): Float64Array {
  return left.map((value, i) => value + right[i])
}
