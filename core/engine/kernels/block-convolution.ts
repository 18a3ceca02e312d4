// Convolutions with filters that change from run to run, and their adjoints, in ONNX Runtime's blocked layout.
import type { ConvolutionAttrs } from '../ops/attributes.ts'
import { pair } from '../ops/attributes.ts'
import type { Pair } from '../ops/geometry.ts'
import { blockOp, fitsBlocks, fromBlocks, toBlocks } from '../record/blocks.ts'
import type { Graph } from '../record/graph.ts'
import { reshape, slice, transpose } from '../record/layout.ts'
import type { Value } from '../record/value.ts'
import { extents } from './columns.ts'
import { concat } from './layout.ts'

/** Whether the runtime's direct convolution takes it, and does not take it by itself as it does where the filter is constant. */
export function prefersBlocks(graph: Graph, filter: Value, { groups }: ConvolutionAttrs): boolean {
  const [out, channels] = extents(filter)
  const readable = fitsBlocks(graph, channels) || channels < (graph.block ?? 0)
  return filter.varies && groups === 1 && fitsBlocks(graph, out) && readable
}

/** `size`: [rows, columns] of what comes out. */
export function convolveBlocks(graph: Graph, x: Value, filter: Value, attrs: ConvolutionAttrs, size: Pair): Value {
  const [, channels] = extents(filter)
  const image = fitsBlocks(graph, channels) ? toBlocks(graph, x) : x
  return fromBlocks(graph, directConvolution(graph, image, filterBlocks(graph, filter), attrs, size))
}

/** One direct convolution of blocks, or of fewer channels than a block in plain order; added to `sum`, where that is given. */
export function directConvolution(
  graph: Graph,
  image: Value,
  filter: Value,
  { strides, pads, dilations }: Pick<ConvolutionAttrs, 'strides' | 'pads' | 'dilations'>,
  size: Pair,
  sum: Value | null = null,
): Value {
  const [out, , ...kernel] = extents(filter)
  const shape = [image.shape[0], out, ...size]
  const attributes = { strides, pads, dilations, group: 1, kernel_shape: kernel }
  const inputs = sum === null ? [image, filter] : [image, filter, graph.uniform(0, [out], 'float32'), sum]
  return graph.node(blockOp.conv, inputs, shape, image.dtype, attributes)
}

/** The order in which direct convolutions read a filter [out, in, kh, kw]: blocks of `out`, of `in` where it fills them, places, in, out. */
function filterBlocks(graph: Graph, filter: Value): Value {
  const [out, channels, kh, kw] = extents(filter)
  const block = graph.block ?? 1
  const inner = fitsBlocks(graph, channels) ? block : channels
  const apart = reshape(graph, filter, [out / block, block, channels / inner, inner, kh, kw])
  const turned = inner === block ? [0, 2, 4, 5, 3, 1] : [0, 3, 2, 4, 5, 1]
  return reshape(graph, transpose(graph, apart, turned), filter.shape)
}

/** Which entries of a kernel reach the rows (or columns) r, r + stride, …, and how the gradient has to be padded for them. */
interface Phase {
  /** First of them; the others are a stride apart. */
  readonly first: number
  readonly count: number
  readonly before: number
  readonly after: number
}

/**
 * Row y = stride·a + r of the image was read by output row i through kernel row y + pad − stride·i. Hence kernel rows
 * q + stride·t with q = (r + pad) mod stride, of output rows a + ⌊(r + pad) / stride⌋ − t: a convolution over output rows
 * with stride 1. Null where it would need another number of rows than the rest, or a padding below 0.
 */
function phases(image: number, output: number, kernel: number, stride: number, pad: number): readonly Phase[] | null {
  const found = Array.from({ length: stride }, (_, r): Phase => {
    const first = (r + pad) % stride
    const count = Math.ceil((kernel - first) / stride)
    const before = count - 1 - Math.floor((r + pad) / stride)
    return { first, count, before, after: image / stride + count - 1 - before - output }
  })
  const fits = image % stride === 0 && found.every(({ count, before, after }) => count > 0 && before >= 0 && after >= 0)
  return fits ? found : null
}

/**
 * The adjoint in the image as one convolution for each place within a stride: [n, in, ...size] from dy [n, out, oh, ow]. Null
 * where the layout does not fit.
 */
export function convolveBlocksTranspose(graph: Graph, dy: Value, filter: Value, attrs: ConvolutionAttrs): Value | null {
  const [out, channels, kh, kw] = extents(filter)
  const { groups, dilations, strides, pads } = attrs
  const plain = groups === 1 && dilations.every((dilation) => dilation === 1)
  if (!filter.varies || !plain || !fitsBlocks(graph, out) || !fitsBlocks(graph, channels)) return null
  const [, , oh, ow] = extents(dy)
  const [h, w] = pair(attrs.size)
  const rows = phases(h, oh, kh, strides[0], pads[0])
  const columns = phases(w, ow, kw, strides[1], pads[1])
  if (rows === null || columns === null) return null
  const gradient = toBlocks(graph, dy)
  const size: Pair = [h / strides[0], w / strides[1]]
  const parts = rows.flatMap((row) =>
    columns.map((column) => {
      const padded = { strides: [1, 1], dilations: [1, 1], pads: [row.before, column.before, row.after, column.after] }
      const turned = turnedBlocks(graph, filter, row, column, pair(strides))
      return directConvolution(graph, gradient, turned, padded, size)
    }),
  )
  return fromBlocks(graph, interleaved(graph, parts, pair(strides)))
}

/** The kernel entries of a phase, last first, with in and out exchanged, as direct convolutions read them. */
function turnedBlocks(graph: Graph, filter: Value, row: Phase, column: Phase, [sy, sx]: Pair): Value {
  const [out, channels] = extents(filter)
  const block = graph.block ?? 1
  const [kh, kw] = [row.count, column.count]
  const last = [0, 0, row.first + sy * (kh - 1), column.first + sx * (kw - 1)]
  const entries = slice(graph, filter, last, [1, 1, -sy, -sx], [out, channels, kh, kw])
  const apart = reshape(graph, entries, [out / block, block, channels / block, block, kh, kw])
  return reshape(graph, transpose(graph, apart, [2, 0, 4, 5, 1, 3]), [channels, out, kh, kw])
}

/** Images in blocks, one for each place within a stride, as one: [n, c, h, w] each → [n, c, sy·h, sx·w]. */
function interleaved(graph: Graph, parts: readonly Value[], [sy, sx]: Pair): Value {
  if (parts.length === 1) return parts[0]
  const [n, c, h, w] = extents(parts[0])
  const block = graph.block ?? 1
  const apart = reshape(graph, concat(graph, parts, 0), [sy, sx, (n * c * h) / block, w, block])
  return reshape(graph, transpose(graph, apart, [2, 0, 3, 1, 4]), [n, c, sy * h, sx * w])
}
