// Recorded kernels of NCHW convolution, its adjoints, and average pooling.
import type { Graph } from '../record/graph.ts'
import { reshape, slice, transpose } from '../record/layout.ts'
import type { Value } from '../record/value.ts'
import { convolutionKernelName, convolutionWindow, pair, poolWindow } from '../ops/attributes.ts'
import type { ConvolutionAttrs, PoolAttrs } from '../ops/attributes.ts'
import { leftOver, outputSize } from '../ops/geometry.ts'
import type { Pads, Pair, Window } from '../ops/geometry.ts'
import { convolveColumns, convolveColumnsFilter, convolveColumnsTranspose, extents, meanFilter } from './columns.ts'
import { convolveBlocks, convolveBlocksTranspose, prefersBlocks } from './block-convolution.ts'
import { blockFilterGradient, prefersBlockFilter } from './block-filter.ts'
import { filterGradientByRows, prefersRows } from './filter-rows.ts'
import { kernel } from './kernel.ts'
import { concat } from './layout.ts'

function convolve(graph: Graph, x: Value, filter: Value, attrs: ConvolutionAttrs): Value {
  if (graph.precision === 'float64') return convolveColumns(graph, x, filter, attrs)
  const [n, , h, w] = extents(x)
  const [out, , kh, kw] = extents(filter)
  const size = outputSize([h, w], convolutionWindow(attrs, [kh, kw]))
  const { strides, pads, dilations, groups } = attrs
  if (prefersBlocks(graph, filter, attrs)) return convolveBlocks(graph, x, filter, attrs, size)
  return graph.node('Conv', [x, filter], [n, out, ...size], x.dtype, { strides, pads, dilations, group: groups })
}

function convolveTranspose(graph: Graph, dy: Value, filter: Value, attrs: ConvolutionAttrs): Value {
  if (graph.precision === 'float64') return convolveColumnsTranspose(graph, dy, filter, attrs)
  const [n] = extents(dy)
  const [, share, kh, kw] = extents(filter)
  const [h, w] = pair(attrs.size)
  const window = convolutionWindow(attrs, [kh, kw])
  const { strides, pads, dilations, groups } = attrs
  const inBlocks = convolveBlocksTranspose(graph, dy, filter, attrs)
  if (inBlocks !== null) return inBlocks
  const outputPadding = [leftOver(h, window, 0), leftOver(w, window, 1)]
  return graph.node('ConvTranspose', [dy, filter], [n, share * groups, h, w], dy.dtype, {
    strides,
    pads,
    dilations,
    group: groups,
    output_padding: outputPadding,
  })
}

const swapped = [1, 0, 2, 3] as const

/** Bottom and right pads without the rows and columns that no window reaches, as far as they are padding. */
function reachedPads(attrs: ConvolutionAttrs, input: Pair): Pads {
  const window = convolutionWindow(attrs, pair(attrs.size))
  const [top, left, bottom, right] = window.pads
  const spare = [leftOver(input[0], window, 0), leftOver(input[1], window, 1)] as const
  return [top, left, bottom - Math.min(bottom, spare[0]), right - Math.min(right, spare[1])]
}

/**
 * The filter gradient is itself a convolution: channels become the batch, dy becomes the filter, strides become dilations.
 * How that filter moves over x.
 */
function turnedWindow(x: Value, dy: Value, attrs: ConvolutionAttrs): Window {
  const [, , h, w] = extents(x)
  const [, , oh, ow] = extents(dy)
  const { strides, dilations } = attrs
  return { kernel: [oh, ow], strides: pair(dilations), pads: reachedPads(attrs, [h, w]), dilations: pair(strides) }
}

/** The filter gradient of one group. What the strides leave over of the image makes the convolution's result too large; it is cut. */
function filterGradientOfGroup(graph: Graph, x: Value, dy: Value, attrs: ConvolutionAttrs): Value {
  const [, c, h, w] = extents(x)
  const [, out] = extents(dy)
  const [kh, kw] = pair(attrs.size)
  const window = turnedWindow(x, dy, attrs)
  const size = outputSize([h, w], window)
  const inputs = [transpose(graph, x, swapped), transpose(graph, dy, swapped)]
  const attributes = {
    strides: [...window.strides],
    pads: [...window.pads],
    dilations: [...window.dilations],
    group: 1,
  }
  const whole = graph.node('Conv', inputs, [c, out, ...size], x.dtype, attributes)
  return transpose(graph, slice(graph, whole, [0, 0, 0, 0], [1, 1, 1, 1], [c, out, kh, kw]), swapped)
}

function channels(graph: Graph, x: Value, group: number, groups: number): Value {
  const [n, c, h, w] = extents(x)
  return slice(graph, x, [0, (group * c) / groups, 0, 0], [1, 1, 1, 1], [n, c / groups, h, w])
}

function filterGradient(graph: Graph, x: Value, dy: Value, attrs: ConvolutionAttrs): Value {
  if (graph.precision === 'float64') return convolveColumnsFilter(graph, x, dy, attrs)
  if (prefersBlockFilter(graph, x, dy, attrs))
    return blockFilterGradient(graph, x, dy, attrs, turnedWindow(x, dy, attrs))
  if (prefersRows(x, dy, attrs)) return filterGradientByRows(graph, x, dy, attrs)
  const groups = Array.from({ length: attrs.groups }, (_, group) =>
    filterGradientOfGroup(
      graph,
      channels(graph, x, group, attrs.groups),
      channels(graph, dy, group, attrs.groups),
      attrs,
    ),
  )
  return concat(graph, groups, 0)
}

/** Pooling treats every channel of every image alike: as a batch of images of one channel. */
function singleChannels(graph: Graph, x: Value): Value {
  const [n, c, h, w] = extents(x)
  return reshape(graph, x, [n * c, 1, h, w])
}

function asConvolution(attrs: PoolAttrs): ConvolutionAttrs {
  return { strides: attrs.strides, pads: attrs.pads, dilations: [1, 1], groups: 1, size: attrs.size }
}

function averagePool(graph: Graph, x: Value, attrs: PoolAttrs): Value {
  const [n, c, h, w] = extents(x)
  const window = poolWindow(attrs)
  const shape = [n, c, ...outputSize([h, w], window)]
  if (graph.precision === 'float64') {
    const filter = meanFilter(graph, window.kernel)
    return reshape(graph, convolve(graph, singleChannels(graph, x), filter, asConvolution(attrs)), shape)
  }
  const { kernel: kernelShape, strides, pads } = attrs
  return graph.node('AveragePool', [x], shape, x.dtype, {
    kernel_shape: kernelShape,
    strides,
    pads,
    count_include_pad: 1,
  })
}

function averagePoolTranspose(graph: Graph, dy: Value, attrs: PoolAttrs): Value {
  const [n, c] = extents(dy)
  const filter = meanFilter(graph, poolWindow(attrs).kernel)
  const spread = convolveTranspose(graph, singleChannels(graph, dy), filter, asConvolution(attrs))
  return reshape(graph, spread, [n, c, ...pair(attrs.size)])
}

export const convolutionKernels = {
  [convolutionKernelName.conv2d]: kernel<ConvolutionAttrs>(({ graph, input, attrs }) =>
    convolve(graph, input('x'), input('filter'), attrs),
  ),
  [convolutionKernelName.conv2dTranspose]: kernel<ConvolutionAttrs>(({ graph, input, attrs }) =>
    convolveTranspose(graph, input('dy'), input('filter'), attrs),
  ),
  [convolutionKernelName.conv2dFilter]: kernel<ConvolutionAttrs>(({ graph, input, attrs }) =>
    filterGradient(graph, input('x'), input('dy'), attrs),
  ),
  [convolutionKernelName.avgPool2d]: kernel<PoolAttrs>(({ graph, input, attrs }) =>
    averagePool(graph, input('x'), attrs),
  ),
  [convolutionKernelName.avgPool2dTranspose]: kernel<PoolAttrs>(({ graph, input, attrs }) =>
    averagePoolTranspose(graph, input('dy'), attrs),
  ),
}
