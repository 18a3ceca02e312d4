// Average pooling, NCHW; padded zeros count as pixels (PyTorch's default), so it is a fixed convolution.
import { z } from 'zod'
import { avgPool2d, avgPool2dTranspose } from '../../engine/ops/avg-pool2d.ts'
import { tf } from '../../engine/tensor.ts'
import { monotoneInterval } from './interval.ts'
import { formatShape, type AffineLayerRule } from './rule.ts'
import { padsSchema, stridesSchema, windowOutput, type Pads, type Strides } from './window.ts'

/** `pads` are smaller than the kernel, so every window sees the image. */
export interface AvgPoolLayer {
  readonly kind: 'avgPool'
  readonly kernel: readonly [height: number, width: number]
  readonly strides: Strides
  readonly pads: Pads
}

export const avgPoolRule: AffineLayerRule<AvgPoolLayer> = {
  arity: 1,
  slots: [],
  attributes: z.strictObject({ kernel: stridesSchema, strides: stridesSchema, pads: padsSchema }),

  outputShape(layer, [input], fail) {
    if (input.length !== 3) fail('input', 'channels×height×width', input)
    const size = windowOutput(input, layer.kernel, layer.strides, layer.pads, fail)
    if (layer.pads.some((pad, side) => pad >= layer.kernel[side % 2])) {
      fail('padding', `smaller than the kernel ${formatShape(layer.kernel)}`, layer.pads)
    }
    return [input[0], ...size]
  },

  evaluate(layer, [x], [[, height, width]], [channels, outHeight, outWidth]) {
    const [kh, kw] = layer.kernel
    const [top, left] = layer.pads
    const result = new Float64Array(channels * outHeight * outWidth)
    for (let at = 0; at < result.length; at++) {
      const channel = Math.floor(at / (outHeight * outWidth))
      const y = (Math.floor(at / outWidth) % outHeight) * layer.strides[0] - top
      const x0 = (at % outWidth) * layer.strides[1] - left
      let sum = 0
      for (let row = Math.max(y, 0); row < Math.min(y + kh, height); row++) {
        const base = (channel * height + row) * width
        for (let column = Math.max(x0, 0); column < Math.min(x0 + kw, width); column++) sum += x[base + column]
      }
      result[at] = sum / (kh * kw)
    }
    return result
  },

  forward(layer, [x]) {
    return avgPool2d(x, layer)
  },

  interval(layer, [box]) {
    return monotoneInterval(box, (x) => avgPool2d(x, layer))
  },

  adjoint({ kernel, strides, pads }, outgoing, _parameters, [[, height, width]]) {
    const coefficients = avgPool2dTranspose(outgoing, { kernel, strides, pads, inputSize: [height, width] })
    return { coefficients: [coefficients], constant: tf.zeros([outgoing.shape[0]]) }
  },
}
