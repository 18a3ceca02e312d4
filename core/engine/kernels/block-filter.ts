// The filter gradient of a convolution by ONNX Runtime's direct convolution: images are its channels, a few at a time.
import type { ConvolutionAttrs } from '../ops/attributes.ts'
import { pair } from '../ops/attributes.ts'
import { outputSize, type Window } from '../ops/geometry.ts'
import { fitsBlocks, fromBlocks, toBlocks } from '../record/blocks.ts'
import type { Graph } from '../record/graph.ts'
import { reshape, slice, transpose } from '../record/layout.ts'
import type { Value } from '../record/value.ts'
import { directConvolution } from './block-convolution.ts'
import { extents } from './columns.ts'
import { pad, split } from './layout.ts'

/** Most convolutions that one gradient becomes. */
const mostParts = 32

export function prefersBlockFilter(graph: Graph, x: Value, dy: Value, { groups }: ConvolutionAttrs): boolean {
  const [n, out] = extents(dy)
  const fits = fitsBlocks(graph, out) && fitsBlocks(graph, n) && n <= mostParts * (graph.block ?? 1)
  return fits && x.varies && dy.varies && groups === 1
}

/**
 * x [n, in, h, w] as `in` images of n channels, dy [n, out, oh, ow] as a filter of n channels; strides become dilations.
 * Gives [out, in, kh, kw]. `turned`: how that filter moves over x.
 */
export function blockFilterGradient(graph: Graph, x: Value, dy: Value, attrs: ConvolutionAttrs, turned: Window): Value {
  const [n, c, h, w] = extents(x)
  const [kh, kw] = pair(attrs.size)
  const block = graph.block ?? 1
  // As many images at a time as make a block of channels: their gradients stay in the cache.
  const counts = Array.from({ length: n / block }, () => block)
  const gradients = split(graph, toBlocks(graph, dy), counts, 0)
  const unpadded = { strides: [...turned.strides], dilations: [...turned.dilations], pads: [0, 0, 0, 0] }
  const size = outputSize([h, w], turned)
  const sum = gradients.reduce<Value | null>((before, gradient, part) => {
    const images = asChannels(graph, x, part * block, turned.pads)
    return directConvolution(graph, images, asFilter(graph, gradient), unpadded, size, before)
  }, null)
  const whole = fromBlocks(graph, sum ?? dy)
  const [, out] = whole.shape
  return transpose(graph, slice(graph, whole, [0, 0, 0, 0], [1, 1, 1, 1], [c, out, kh, kw]), [1, 0, 2, 3])
}

/** A block of images from `first` on of x [n, c, h, w] as c padded images of as many channels, in blocks. */
function asChannels(graph: Graph, x: Value, first: number, [top, left, bottom, right]: Window['pads']): Value {
  const block = graph.block ?? 1
  // Images before and after are padded away.
  const cut = [-first, first + block - x.shape[0]] as const
  const padded = pad(graph, x, [cut, [0, 0], [top, bottom], [left, right]], 0)
  const [n, c, h, w] = extents(padded)
  // To the runtime this is one image of n channels: the blocks of one image lie as the image of each channel must.
  const blocks = toBlocks(graph, reshape(graph, padded, [1, n, c * h, w]))
  return reshape(graph, blocks, [c, n, h, w])
}

/** dy [n, out, oh, ow] in blocks as a filter [out, n, oh, ow], in the order direct convolutions read. */
function asFilter(graph: Graph, dy: Value): Value {
  const [n, out, oh, ow] = extents(dy)
  const block = graph.block ?? 1
  const apart = reshape(graph, dy, [n / block, block, out / block, oh * ow, block])
  return reshape(graph, transpose(graph, apart, [2, 0, 3, 1, 4]), [out, n, oh, ow])
}
