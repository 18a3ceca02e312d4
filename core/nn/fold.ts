// The arithmetic of folding a per-channel affine map into the layer before it or after it, in float64.
import { sizeOf, type Conv2dLayer, type DenseLayer, type Layer, type Parameter, type Shape } from './layer.ts'
import { batchNormAffine } from './layers/batch-norm.ts'

/** y = scale[c] x + shift[c]. */
export interface ChannelMap {
  readonly scale: Float64Array
  readonly shift: Float64Array
}

/** The map of a batchNorm or affine layer; null for other kinds. */
export function channelMap(layer: Layer): ChannelMap | null {
  if (layer.kind === 'batchNorm') return batchNormAffine(layer)
  if (layer.kind !== 'affine') return null
  return { scale: Float64Array.from(layer.scale.data), shift: Float64Array.from(layer.shift.data) }
}

/** The same map after flattening [channels, ...pixels]: each entry once per pixel. */
export function perPixel({ scale, shift }: ChannelMap, pixels: Shape): ChannelMap {
  const plane = sizeOf(pixels)
  const repeated = (values: Float64Array): Float64Array =>
    Float64Array.from({ length: values.length * plane }, (_, i) => values[Math.floor(i / plane)])
  return { scale: repeated(scale), shift: repeated(shift) }
}

/** A parameter of rank 1. */
export function vector(data: Float64Array): Parameter {
  return { shape: [data.length], data }
}

/** The map after the layer: W' = diag(s) W, b' = s b + t (spec A.8). */
export function scaleOutputs<L extends DenseLayer | Conv2dLayer>(layer: L, { scale, shift }: ChannelMap): L {
  const { weight, bias } = layer
  const perRow = weight.data.length / scale.length
  const data = Float64Array.from(weight.data, (value, i) => scale[Math.floor(i / perRow)] * value)
  const shifted = Float64Array.from(bias.data, (value, row) => scale[row] * value + shift[row])
  return { ...layer, weight: { shape: weight.shape, data }, bias: vector(shifted) }
}

/** The map before the layer: W' = W diag(s), b' = b + W t. For conv2d exact only without padding or with t = 0. */
export function scaleInputs<L extends DenseLayer | Conv2dLayer>(layer: L, { scale, shift }: ChannelMap): L {
  const { weight, bias } = layer
  const taps = sizeOf(weight.shape.slice(2))
  const channels = scale.length
  const data = new Float64Array(weight.data.length)
  const shifted = Float64Array.from(bias.data)
  for (let i = 0; i < data.length; i++) {
    const channel = Math.floor(i / taps) % channels
    data[i] = weight.data[i] * scale[channel]
    shifted[Math.floor(i / (taps * channels))] += weight.data[i] * shift[channel]
  }
  return { ...layer, weight: { shape: weight.shape, data }, bias: vector(shifted) }
}
