// The network of absolute values: its output bounds the float64 rounding error of an evaluation.
import {
  createNetwork,
  sizeOf,
  type Layer,
  type LayerKind,
  type LayerOf,
  type Network,
  type Parameter,
} from '../nn/index.ts'

/** Layers that carry magnitudes through one layer, and how many roundings one output element of it suffers. */
interface AbsoluteLayer {
  readonly layer: Layer
  readonly roundings: number
}

type AbsoluteRule<L> = (layer: L, channels: number) => AbsoluteLayer

const absoluteRules: { readonly [K in LayerKind]: AbsoluteRule<LayerOf<K>> } = {
  dense: (layer) => ({
    layer: { ...layer, weight: absolute(layer.weight), bias: absolute(layer.bias) },
    roundings: layer.weight.shape[1] + 2,
  }),
  conv2d: (layer) => ({
    layer: { ...layer, weight: absolute(layer.weight), bias: absolute(layer.bias) },
    roundings: sizeOf(layer.weight.shape.slice(1)) + 2,
  }),
  // scale = γ/√(σ²+ε) and shift = β − scale·μ are rounded themselves: a few roundings of |scale|, |β| and |scale·μ|.
  batchNorm(layer) {
    const size = layer.gamma.data.length
    const scale = new Float64Array(size)
    const shift = new Float64Array(size)
    for (let c = 0; c < size; c++) {
      scale[c] = Math.abs(layer.gamma.data[c]) / Math.sqrt(layer.variance.data[c] + layer.epsilon)
      shift[c] = Math.abs(layer.beta.data[c]) + scale[c] * Math.abs(layer.mean.data[c])
    }
    return { layer: affine(scale, shift), roundings: 10 }
  },
  affine: (layer) => ({
    layer: { ...layer, scale: absolute(layer.scale), shift: absolute(layer.shift) },
    roundings: 3,
  }),
  // Magnitudes pass a ReLU unchanged, so it becomes an identity: it is 1-Lipschitz and |relu(z)| ≤ |z|.
  relu: (_layer, channels) => ({ layer: identity(channels), roundings: 0 }),
  graftedRelu: (layer) => ({
    layer: {
      kind: 'graftedRelu',
      mask: { shape: layer.mask.shape, data: new Float64Array(layer.mask.data.length).fill(1) },
      slope: lineOr(layer.slope, layer.mask, 1),
      intercept: lineOr(layer.intercept, layer.mask, 0),
    },
    roundings: 3,
  }),
  // Magnitudes grow by |a| and |b| on lines, by at most 1/4 and 1 elsewhere.
  graftedSigmoid: (layer) => ({
    layer: {
      kind: 'graftedRelu',
      mask: { shape: layer.mask.shape, data: new Float64Array(layer.mask.data.length).fill(1) },
      slope: lineOr(layer.slope, layer.mask, 0.25),
      intercept: lineOr(layer.intercept, layer.mask, 1),
    },
    roundings: 16,
  }),
  // |σ'| ≤ 1/4 and |σ| ≤ 1; exp and the division are good to a few units in the last place.
  sigmoid: (_layer, channels) => ({
    layer: affine(new Float64Array(channels).fill(0.25), new Float64Array(channels).fill(1)),
    roundings: 16,
  }),
  flatten: (layer) => ({ layer, roundings: 0 }),
  gather: (layer) => ({ layer, roundings: 0 }),
  add: (layer) => ({ layer, roundings: 1 }),
  avgPool: (layer) => ({ layer, roundings: layer.kernel[0] * layer.kernel[1] + 2 }),
}

/**
 * `evaluate64(absolute.network, |x|)` · γ(absolute.roundings) bounds |evaluate64(network, x) − f(x)| element by element:
 * Higham's running error analysis with every layer's fan-in added up.
 */
export function absoluteNetwork(network: Network): { readonly network: Network; readonly roundings: number } {
  let roundings = 0
  const nodes = network.nodes.map(({ id, layer, inputs, shape }) => {
    const rule = absoluteRules[layer.kind] as AbsoluteRule<Layer>
    const absoluteLayer = rule(layer, shape[0])
    roundings += absoluteLayer.roundings
    return { id, layer: absoluteLayer.layer, inputs }
  })
  const { name, inputShape, output } = network
  return { network: createNetwork({ name, inputShape, nodes, output }), roundings }
}

function absolute({ shape, data }: Parameter): Parameter {
  return { shape, data: data.map(Math.abs) }
}

function lineOr(values: Parameter, mask: Parameter, otherwise: number): Parameter {
  const data = Float64Array.from(values.data, (value, i) => (mask.data[i] === 1 ? Math.abs(value) : otherwise))
  return { shape: values.shape, data }
}

function identity(channels: number): Layer {
  return affine(new Float64Array(channels).fill(1), new Float64Array(channels))
}

function affine(scale: Float64Array, shift: Float64Array): Layer {
  const shape = [scale.length]
  return { kind: 'affine', scale: { shape, data: scale }, shift: { shape, data: shift } }
}
