// The filter gradient of a convolution with a small kernel as one matrix product over all images and places.
import type { ConvolutionAttrs } from '../ops/attributes.ts'
import { convolutionWindow, pair } from '../ops/attributes.ts'
import type { Graph } from '../record/graph.ts'
import { reshape, transpose } from '../record/layout.ts'
import { size, type Value } from '../record/value.ts'
import { columnPositions, extents } from './columns.ts'
import { gather } from './indexing.ts'
import { pad } from './layout.ts'
import { matmul } from './matrix.ts'

/** Kernels with fewer entries fill the runtime's panels of 16 columns badly where the gradient is written as a convolution. */
const panel = 16
/** With fewer channels gathering costs more than the product saves. */
const fewestChannels = 16
/** Most numbers gathered: 256 MB of float32. */
const mostGathered = 2 ** 26

export function prefersRows(x: Value, dy: Value, { groups, size: kernel }: ConvolutionAttrs): boolean {
  const [n, channels] = extents(x)
  const [, , oh, ow] = extents(dy)
  const area = size(kernel)
  return groups === 1 && area < panel && channels >= fewestChannels && n * oh * ow * area * channels <= mostGathered
}

/** dy [n, out, oh, ow] as [out, n·oh·ow] times what each place read of x [n, c, h, w], [n·oh·ow, kh·kw·c]; gives [out, c, kh, kw]. */
export function filterGradientByRows(graph: Graph, x: Value, dy: Value, attrs: ConvolutionAttrs): Value {
  const [n, c, h, w] = extents(x)
  const [, out, oh, ow] = extents(dy)
  const [kh, kw] = pair(attrs.size)
  const [area, places] = [kh * kw, oh * ow]
  const byEntry = columnPositions([h, w], [oh, ow], convolutionWindow(attrs, [kh, kw]))
  const byPlace = Int32Array.from(byEntry, (_, k) => byEntry[(k % area) * places + Math.floor(k / area)])
  const pixels = reshape(graph, transpose(graph, x, [0, 2, 3, 1]), [n, h * w, c])
  // One row of zeros more, which stands for the padding.
  const padded = pad(graph, pixels, [[0, 0], [0, 1], [0, 0]], 0) // prettier-ignore
  const read = gather(graph, padded, graph.host(byPlace, [byPlace.length], 'int32'), 1)
  const right = reshape(graph, read, [n * places, area * c])
  const left = reshape(graph, transpose(graph, dy, [1, 0, 2, 3]), [out, n * places])
  return transpose(graph, reshape(graph, matmul(graph, left, right), [out, kh, kw, c]), [0, 3, 1, 2])
}
