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
  const repeated = (values: Float64Array): Float64Array => {
    const all = new Float64Array(values.length * plane)
    values.forEach((value, channel) => all.fill(value, channel * plane, (channel + 1) * plane))
    return all
  }
  return { scale: repeated(scale), shift: repeated(shift) }
}

/** A parameter of rank 1. */
export function vector(data: Float64Array): Parameter {
  return { shape: [data.length], data }
}

/** The map after the layer: W' = diag(s) W, b' = s b + t (spec A.8). */
export function scaleOutputs<L extends DenseLayer | Conv2dLayer>(layer: L, { scale, shift }: ChannelMap): L {
  const { weight, bias } = layer
  const data = new Float64Array(weight.data.length)
  const shifted = new Float64Array(scale.length)
  const perRow = data.length / scale.length
  for (let row = 0, i = 0; row < scale.length; row++) {
    const factor = scale[row]
    shifted[row] = factor * bias.data[row] + shift[row]
    for (const end = i + perRow; i < end; i++) data[i] = factor * weight.data[i]
  }
  return { ...layer, weight: { shape: weight.shape, data }, bias: vector(shifted) }
}

/** The map before the layer: W' = W diag(s), b' = b + W t. For conv2d exact only without padding or with t = 0. */
export function scaleInputs<L extends DenseLayer | Conv2dLayer>(layer: L, { scale, shift }: ChannelMap): L {
  const { weight, bias } = layer
  const taps = sizeOf(weight.shape.slice(2))
  const data = new Float64Array(weight.data.length)
  const shifted = Float64Array.from(bias.data)
  for (let row = 0, i = 0; row < shifted.length; row++) {
    for (let channel = 0; channel < scale.length; channel++) {
      for (const end = i + taps; i < end; i++) {
        data[i] = weight.data[i] * scale[channel]
        shifted[row] += weight.data[i] * shift[channel]
      }
    }
  }
  return { ...layer, weight: { shape: weight.shape, data }, bias: vector(shifted) }
}
