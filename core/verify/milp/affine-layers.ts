// What each affine layer kind contributes to the encoding: one output element as a sum of input elements.
import {
  sizeOf,
  type AvgPoolLayer,
  type Conv2dLayer,
  type Layer,
  type LayerKind,
  type LayerOf,
  type Shape,
} from '../../nn/layer.ts'
import { batchNormAffine } from '../../nn/layers/batch-norm.ts'

/** Receives the terms of one output element: weight · input[which][element], and constants. */
export interface TermSink {
  term(weight: number, element: number, which?: number): void
  constant(value: number): void
}

/** Emits the terms of output element `element` of an affine layer. */
type AffineRule<L> = (layer: L, element: number, input: Shape, output: Shape, sink: TermSink) => void

type AffineKind = Exclude<LayerKind, 'relu' | 'graftedRelu' | 'graftedSigmoid' | 'sigmoid'>
export type AffineLayerOf = LayerOf<AffineKind>

const affineRules: { readonly [K in AffineKind]: AffineRule<LayerOf<K>> } = {
  dense(layer, element, [inputs], _output, sink) {
    const weight = layer.weight.data
    for (let i = 0, at = element * inputs; i < inputs; i++) sink.term(weight[at++], i)
    sink.constant(layer.bias.data[element])
  },
  conv2d: convolution,
  avgPool: averagePool,
  batchNorm(layer, element, _input, output, sink) {
    const { scale, shift } = batchNormAffine(layer)
    scaled(scale, shift, element, output, sink)
  },
  affine(layer, element, _input, output, sink) {
    scaled(layer.scale.data, layer.shift.data, element, output, sink)
  },
  flatten(_layer, element, _input, _output, sink) {
    sink.term(1, element)
  },
  gather({ indices }, element, _input, _output, sink) {
    sink.term(1, indices === null ? element : indices[element])
  },
  add(_layer, element, _input, _output, sink) {
    sink.term(1, element, 0)
    sink.term(1, element, 1)
  },
}

/** Emits the terms of one output element of `layer`. The cast is safe because the key is the layer's kind. */
export function affineTerms(layer: AffineLayerOf, element: number, input: Shape, output: Shape, sink: TermSink): void {
  const rule = affineRules[layer.kind] as AffineRule<AffineLayerOf>
  rule(layer, element, input, output, sink)
}

/** Whether the layer is affine, so that `affineTerms` takes it. */
export function isAffine(layer: Layer): layer is AffineLayerOf {
  return layer.kind in affineRules
}

function scaled(
  scale: ArrayLike<number>,
  shift: ArrayLike<number>,
  element: number,
  output: Shape,
  sink: TermSink,
): void {
  const channel = Math.floor((element * output[0]) / sizeOf(output))
  sink.term(scale[channel], element)
  sink.constant(shift[channel])
}

function convolution(layer: Conv2dLayer, element: number, input: Shape, output: Shape, sink: TermSink): void {
  const [, channels, kh, kw] = layer.weight.shape
  const out = Math.floor(element / (output[1] * output[2]))
  const window = place(element, output, layer)
  for (let channel = 0; channel < channels; channel++)
    for (let ky = 0; ky < kh; ky++)
      for (let kx = 0; kx < kw; kx++) {
        const source = inside(channel, window.y + ky, window.x + kx, input)
        if (source >= 0) sink.term(layer.weight.data[((out * channels + channel) * kh + ky) * kw + kx], source)
      }
  sink.constant(layer.bias.data[out])
}

function averagePool(layer: AvgPoolLayer, element: number, input: Shape, output: Shape, sink: TermSink): void {
  const [kh, kw] = layer.kernel
  const channel = Math.floor(element / (output[1] * output[2]))
  const window = place(element, output, layer)
  for (let ky = 0; ky < kh; ky++)
    for (let kx = 0; kx < kw; kx++) {
      const source = inside(channel, window.y + ky, window.x + kx, input)
      if (source >= 0) sink.term(1 / (kh * kw), source)
    }
}

/** Top left corner of the window of an output element, in input coordinates (negative in the padding). */
function place(element: number, [, height, width]: Shape, { strides, pads }: Pick<Conv2dLayer, 'strides' | 'pads'>) {
  const row = Math.floor(element / width) % height
  return { y: row * strides[0] - pads[0], x: (element % width) * strides[1] - pads[1] }
}

/** Flat index of an input pixel, or -1 in the padding. */
function inside(channel: number, y: number, x: number, [, height, width]: Shape): number {
  return y < 0 || x < 0 || y >= height || x >= width ? -1 : (channel * height + y) * width + x
}
