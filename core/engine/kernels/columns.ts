// Convolutions as matrix products of gathered columns (im2col): the float64 path, since ONNX Runtime convolves float32 only.
import { arithmetic } from '../record/arithmetic.ts'
import type { Graph } from '../record/graph.ts'
import { reshape, transpose } from '../record/layout.ts'
import type { Value } from '../record/value.ts'
import type { ConvolutionAttrs } from '../ops/attributes.ts'
import { convolutionWindow, pair } from '../ops/attributes.ts'
import { outputSize } from '../ops/geometry.ts'
import type { Pair, Window } from '../ops/geometry.ts'
import { gather } from './indexing.ts'
import { pad } from './layout.ts'
import { matmul } from './matrix.ts'

/** Extents of a rank-4 value. */
export function extents(x: Value): readonly [number, number, number, number] {
  const [a = 1, b = 1, c = 1, d = 1] = x.shape
  return [a, b, c, d]
}

/**
 * For each kernel entry and output position, the flat input position it reads, and `input area` (one past the end,
 * where a zero stands) for padding.
 */
export function columnPositions(input: Pair, output: Pair, window: Window): Int32Array {
  const positions: number[] = []
  for (let ky = 0; ky < window.kernel[0]; ky += 1) {
    for (let kx = 0; kx < window.kernel[1]; kx += 1) {
      for (let oy = 0; oy < output[0]; oy += 1) {
        for (let ox = 0; ox < output[1]; ox += 1) {
          const y = oy * window.strides[0] + ky * window.dilations[0] - window.pads[0]
          const x = ox * window.strides[1] + kx * window.dilations[1] - window.pads[1]
          const inside = y >= 0 && y < input[0] && x >= 0 && x < input[1]
          positions.push(inside ? y * input[1] + x : input[0] * input[1])
        }
      }
    }
  }
  return Int32Array.from(positions)
}

/** For each kernel entry and input position, the flat output position it came from, and `output area` where there is none. */
function originPositions(input: Pair, output: Pair, window: Window): Int32Array {
  const none = output[0] * output[1]
  const area = window.kernel[0] * window.kernel[1]
  const origins = new Int32Array(area * input[0] * input[1]).fill(none)
  for (const [index, position] of columnPositions(input, output, window).entries()) {
    const entry = Math.floor(index / none)
    if (position < input[0] * input[1]) origins[entry * input[0] * input[1] + position] = index % none
  }
  return origins
}

/** x [n, c, rows · columns] read at `positions`: [n, groups, c / groups · kernel area, positions]. */
function columns(graph: Graph, x: Value, positions: Int32Array, area: number, groups: number): Value {
  const [n, c, h, w] = extents(x)
  const flat = pad(graph, reshape(graph, x, [n, c, h * w]), [[0, 0], [0, 0], [0, 1]], 0) // prettier-ignore
  const gathered = gather(graph, flat, graph.host(positions, [positions.length], 'int32'), 2)
  return reshape(graph, gathered, [n, groups, (c / groups) * area, positions.length / area])
}

export function convolveColumns(graph: Graph, x: Value, filter: Value, attrs: ConvolutionAttrs): Value {
  const [n, c, h, w] = extents(x)
  const [out, , kh, kw] = extents(filter)
  const window = convolutionWindow(attrs, [kh, kw])
  const size = outputSize([h, w], window)
  const read = columns(graph, x, columnPositions([h, w], size, window), kh * kw, attrs.groups)
  const weights = reshape(graph, filter, [1, attrs.groups, out / attrs.groups, (c / attrs.groups) * kh * kw])
  return reshape(graph, matmul(graph, weights, read), [n, out, ...size])
}

export function convolveColumnsTranspose(graph: Graph, dy: Value, filter: Value, attrs: ConvolutionAttrs): Value {
  const [n, out, oh, ow] = extents(dy)
  const [, share, kh, kw] = extents(filter)
  const window = convolutionWindow(attrs, [kh, kw])
  const size = pair(attrs.size)
  const read = columns(graph, dy, originPositions(size, [oh, ow], window), kh * kw, attrs.groups)
  const grouped = reshape(graph, filter, [attrs.groups, out / attrs.groups, share, kh * kw])
  const turned = transpose(graph, grouped, [0, 2, 1, 3])
  const weights = reshape(graph, turned, [1, attrs.groups, share, (out / attrs.groups) * kh * kw])
  return reshape(graph, matmul(graph, weights, read), [n, share * attrs.groups, ...size])
}

export function convolveColumnsFilter(graph: Graph, x: Value, dy: Value, attrs: ConvolutionAttrs): Value {
  const [n, c, h, w] = extents(x)
  const [, out, oh, ow] = extents(dy)
  const [kh, kw] = pair(attrs.size)
  const window = convolutionWindow(attrs, [kh, kw])
  const read = columns(graph, x, columnPositions([h, w], [oh, ow], window), kh * kw, attrs.groups)
  const [share, width] = [c / attrs.groups, oh * ow]
  const wide = transpose(graph, read, [1, 0, 3, 2])
  const right = reshape(graph, wide, [attrs.groups, n * width, share * kh * kw])
  const split = reshape(graph, dy, [n, attrs.groups, out / attrs.groups, width])
  const left = reshape(graph, transpose(graph, split, [1, 2, 0, 3]), [attrs.groups, out / attrs.groups, n * width])
  return reshape(graph, matmul(graph, left, right), [out, share, kh, kw])
}

/** A filter of ones over the kernel's area, for pooling written as a convolution of single channels. */
export function meanFilter(graph: Graph, kernel: Pair): Value {
  const ones = graph.uniform(1, [1, 1, ...kernel], 'float32')
  return arithmetic(graph, 'Div', ones, graph.uniform(kernel[0] * kernel[1], [], 'float32'))
}
