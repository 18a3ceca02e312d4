// Recorded kernels that move, cut, join and repeat entries.
import type {
  ConcatAttrs,
  ExpandDimsAttrs,
  PackAttrs,
  PadV2Attrs,
  ReshapeAttrs,
  ReverseAttrs,
  SliceAttrs,
  SplitVAttrs,
  StridedSliceAttrs,
  TileAttrs,
  TransposeAttrs,
  UnpackAttrs,
} from '@tensorflow/tfjs-core'
import { tf } from '../tensor.ts'
import type { Graph } from '../record/graph.ts'
import { expand, reshape, slice, transpose } from '../record/layout.ts'
import { size } from '../record/value.ts'
import type { Shape, Value } from '../record/value.ts'
import { kernel } from './kernel.ts'

function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis
}

function withAxis(shape: Shape, axis: number, extent: number): Shape {
  return shape.map((old, index) => (index === axis ? extent : old))
}

/** Inputs side by side along `axis`; empty ones are left out, as TensorFlow.js does. */
export function concat(graph: Graph, values: readonly Value[], axis: number): Value {
  const filled = values.filter((value) => size(value.shape) > 0)
  const first = (filled.length > 0 ? filled : values).at(0)
  if (first === undefined) throw new RangeError('Concat of nothing')
  if (filled.length < 2) return first
  const extent = filled.reduce((sum, value) => sum + (value.shape[axis] ?? 0), 0)
  return graph.node('Concat', filled, withAxis(first.shape, axis, extent), first.dtype, { axis })
}

export function split(graph: Graph, x: Value, sizes: readonly number[], axis: number): readonly Value[] {
  if (sizes.length === 1) return [x]
  const outputs = sizes.map((extent) => ({ shape: withAxis(x.shape, axis, extent), dtype: x.dtype }))
  return graph.nodes('Split', [x, graph.ints(sizes)], outputs, { axis })
}

/** x repeated; repeated axes of length one are broadcast instead. */
function tile(graph: Graph, x: Value, reps: readonly number[]): Value {
  const shape = x.shape.map((extent, axis) => extent * (reps[axis] ?? 1))
  if (x.origin.kind === 'uniform') return graph.uniform(x.origin.fill, shape, x.dtype)
  if (reps.every((times, axis) => times === 1 || x.shape[axis] === 1)) return expand(graph, x, shape)
  return graph.node('Tile', [x, graph.ints(reps)], shape, x.dtype)
}

/** `fill` around x: `paddings[axis]` entries before and after. */
export function pad(graph: Graph, x: Value, paddings: readonly (readonly [number, number])[], fill: number): Value {
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x
  const shape = x.shape.map((extent, axis) => extent + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0))
  const pads = graph.ints([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)])
  return graph.node('Pad', [x, pads, graph.uniform(fill, [], x.dtype)], shape, x.dtype)
}

export const layoutKernels = {
  Reshape: kernel<ReshapeAttrs>(({ graph, input, attrs }) => {
    const x = input('x')
    return reshape(graph, x, tf.util.inferFromImplicitShape(attrs.shape, size(x.shape)))
  }),
  ExpandDims: kernel<ExpandDimsAttrs>(({ graph, input, attrs }) => {
    const x = input('input')
    const axis = axisOf(attrs.dim, x.shape.length + 1)
    return reshape(graph, x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)])
  }),
  Transpose: kernel<TransposeAttrs>(({ graph, input, attrs }) => transpose(graph, input('x'), attrs.perm)),
  Concat: kernel<ConcatAttrs>(({ graph, inputs, attrs }) =>
    concat(graph, inputs, axisOf(attrs.axis, inputs[0]?.shape.length ?? 0)),
  ),
  Slice: kernel<SliceAttrs>(({ graph, input, attrs }) => {
    const x = input('x')
    const like = { shape: [...x.shape] } as Parameters<typeof tf.slice_util.parseSliceParams>[0]
    const [begin, shape] = tf.slice_util.parseSliceParams(like, attrs.begin, attrs.size)
    return slice(
      graph,
      x,
      begin,
      x.shape.map(() => 1),
      shape,
    )
  }),
  StridedSlice: kernel<StridedSliceAttrs>(({ graph, input, attrs }) => {
    const x = input('x')
    const info = tf.slice_util.sliceInfo(
      [...x.shape],
      attrs.begin,
      attrs.end,
      attrs.strides,
      attrs.beginMask,
      attrs.endMask,
      attrs.ellipsisMask,
      attrs.newAxisMask,
      attrs.shrinkAxisMask,
    )
    const shape = tf.slice_util.computeOutShape(info.begin, info.end, info.strides)
    return reshape(graph, slice(graph, x, info.begin, info.strides, shape), info.finalShape)
  }),
  Pack: kernel<PackAttrs>(({ graph, inputs, attrs }) => {
    const axis = axisOf(attrs.axis, (inputs[0]?.shape.length ?? 0) + 1)
    const raised = inputs.map((x) => reshape(graph, x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]))
    return concat(graph, raised, axis)
  }),
  Unpack: kernel<UnpackAttrs>(({ graph, input, attrs }) => {
    const x = input('value')
    const axis = axisOf(attrs.axis, x.shape.length)
    const sizes = Array.from({ length: x.shape[axis] ?? 0 }, () => 1)
    const shape = x.shape.filter((_, index) => index !== axis)
    return split(graph, x, sizes, axis).map((part) => reshape(graph, part, shape))
  }),
  SplitV: kernel<SplitVAttrs>(({ graph, input, attrs }) => {
    const x = input('x')
    const axis = axisOf(attrs.axis, x.shape.length)
    const like = { shape: [...x.shape] } as Parameters<typeof tf.backend_util.prepareSplitSize>[0]
    return split(graph, x, tf.backend_util.prepareSplitSize(like, attrs.numOrSizeSplits, axis), axis)
  }),
  Tile: kernel<TileAttrs>(({ graph, input, attrs }) => tile(graph, input('x'), attrs.reps)),
  PadV2: kernel<PadV2Attrs>(({ graph, input, attrs }) => pad(graph, input('x'), attrs.paddings, attrs.constantValue)),
  Reverse: kernel<ReverseAttrs>(({ graph, input, attrs }) => {
    const x = input('x')
    const axes = tf.util.parseAxisParam(attrs.dims, [...x.shape])
    const begin = x.shape.map((extent, axis) => (axes.includes(axis) ? extent - 1 : 0))
    const steps = x.shape.map((_, axis) => (axes.includes(axis) ? -1 : 1))
    return slice(graph, x, begin, steps, x.shape)
  }),
}
