// Two-dimensional convolution (cross-correlation), NCHW, with strides and four-sided zero padding.
import { z } from 'zod'
import { conv2d, conv2dTranspose } from '../../engine/ops/conv2d.ts'
import { tf } from '../../engine/tensor.ts'
import { alongChannels } from './channels.ts'
import { affineInterval } from './interval.ts'
import { requireParameter, type AffineLayerRule, type Parameter, type Shape } from './rule.ts'
import { padsSchema, stridesSchema, windowOutput, type Pads, type Strides } from './window.ts'

/** `weight` [out, in, kh, kw], `bias` [out]; input [in, h, w]; `pads` [top, left, bottom, right]. */
export interface Conv2dLayer {
  readonly kind: 'conv2d'
  readonly weight: Parameter
  readonly bias: Parameter
  readonly strides: Strides
  readonly pads: Pads
}

export const conv2dRule: AffineLayerRule<Conv2dLayer> = {
  arity: 1,
  slots: [
    { name: 'weight', role: 'weight' },
    { name: 'bias', role: 'bias' },
  ],
  attributes: z.strictObject({ strides: stridesSchema, pads: padsSchema }),

  outputShape(layer, [input], fail) {
    const [out, channels, kh, kw] = layer.weight.shape
    if (layer.weight.shape.length !== 4) fail('parameter weight', 'out×in×kh×kw', layer.weight.shape)
    if (input.length !== 3 || input[0] !== channels) fail('input', `${channels}×h×w`, input)
    requireParameter('bias', layer.bias, [out], fail)
    return [out, ...windowOutput(input, [kh, kw], layer.strides, layer.pads, fail)]
  },

  evaluate(layer, [x], [inputShape], shape) {
    const [out, outHeight, outWidth] = shape
    const plane = outHeight * outWidth
    const result = new Float64Array(out * plane)
    for (let channel = 0; channel < out; channel++) {
      const target = result.subarray(channel * plane, (channel + 1) * plane)
      accumulateChannel(layer, channel, x, inputShape, target, shape)
      const bias = layer.bias.data[channel]
      for (let i = 0; i < plane; i++) target[i] += bias
    }
    return result
  },

  forward(layer, [x], { weight, bias }) {
    return tf.add(conv2d(x, weight, layer), alongChannels(bias, x))
  },

  interval(layer, [box], { weight, bias }) {
    return affineInterval(
      box,
      (centre) => conv2dRule.forward(layer, [centre], { weight, bias }),
      (radius) => conv2d(radius, tf.abs(weight), layer),
    )
  },

  adjoint({ strides, pads }, outgoing, { weight, bias }, [[, height, width]]) {
    const coefficients = conv2dTranspose(outgoing, weight, { strides, pads, inputSize: [height, width] })
    const constant = tf.matMul(tf.sum(outgoing, [2, 3]), tf.reshape(bias, [-1, 1]))
    return { coefficients: [coefficients], constant: tf.reshape(constant, [-1]) }
  },
}

/** Adds every kernel tap of one output channel to `target` [outHeight, outWidth]; a tap is a shifted, strided copy of a plane. */
function accumulateChannel(
  layer: Conv2dLayer,
  channel: number,
  x: Float64Array,
  [channels, height, width]: Shape,
  target: Float64Array,
  [, outHeight, outWidth]: Shape,
): void {
  const [, , kh, kw] = layer.weight.shape
  const [strideY, strideX] = layer.strides
  const [top, left] = layer.pads
  let at = channel * channels * kh * kw
  for (let source = 0; source < channels; source++) {
    for (let ky = 0; ky < kh; ky++) {
      for (let kx = 0; kx < kw; kx++) {
        const weight = layer.weight.data[at++]
        if (weight === 0) continue
        for (let oy = 0; oy < outHeight; oy++) {
          const y = oy * strideY + ky - top
          if (y < 0 || y >= height) continue
          const row = (source * height + y) * width + kx - left
          const first = Math.max(0, Math.ceil((left - kx) / strideX))
          const end = Math.min(outWidth, Math.floor((width - 1 + left - kx) / strideX) + 1)
          for (let ox = first; ox < end; ox++) target[oy * outWidth + ox] += weight * x[row + ox * strideX]
        }
      }
    }
  }
}
