// Recorded kernels that read and add at given positions.
import type { GatherV2Attrs, ScatterNdAttrs, UnsortedSegmentSumAttrs } from '@tensorflow/tfjs-core'
import { compare, pointwise, scalarLike, select } from '../record/arithmetic.ts'
import { cast, expand, reshape, slice } from '../record/layout.ts'
import type { Graph } from '../record/graph.ts'
import { size } from '../record/value.ts'
import type { Shape, Value } from '../record/value.ts'
import { kernel } from './kernel.ts'

export function gather(graph: Graph, x: Value, indices: Value, axis: number): Value {
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]
  return graph.node('Gather', [x, indices], shape, x.dtype, { axis })
}

/** One element of every row of x for each index of its row: [rows, columns] and [rows, n] give [rows, n]. */
function gatherElements(graph: Graph, x: Value, indices: Value): Value {
  return graph.node('GatherElements', [x, indices], indices.shape, x.dtype, { axis: 1 })
}

/**
 * Gather where the first `batchDims` axes of x and indices go together: row numbers of the flattened x are
 * (leading position) · extent + index.
 */
function gatherInBatches(graph: Graph, x: Value, indices: Value, axis: number, batchDims: number): Value {
  const batches = size(x.shape.slice(0, batchDims))
  const outer = size(x.shape.slice(batchDims, axis))
  const extent = x.shape[axis] ?? 1
  const inner = size(x.shape.slice(axis + 1))
  const each = size(indices.shape.slice(batchDims))
  const firstRows = Int32Array.from({ length: batches * outer }, (_, lead) => lead * extent)
  const lead = graph.host(firstRows, [batches, outer, 1], 'int32')
  const rows = pointwise(graph, 'Add', [lead, reshape(graph, indices, [batches, 1, each])], 'int32')
  const flat = gather(graph, reshape(graph, x, [batches * outer * extent, inner]), rows, 0)
  const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...x.shape.slice(axis + 1)]
  return reshape(graph, flat, shape)
}

/** Zeros of `shape` plus `updates` added at `indices` [..., depth]; repeated positions add up. */
function scatterAdd(graph: Graph, shape: Shape, indices: Value, updates: Value): Value {
  const zeros = graph.uniform(0, shape, updates.dtype)
  const positions = cast(graph, indices, 'int64')
  return graph.node('ScatterND', [zeros, positions, updates], shape, updates.dtype, { reduction: 'add' })
}

/** Rows of x added up by segment; rows whose segment is out of range go to one extra segment that is cut off. */
function segmentSum(graph: Graph, x: Value, segments: Value, count: number): Value {
  const low = compare(graph, 'Less', segments, scalarLike(graph, 0, segments))
  const high = compare(graph, 'Greater', segments, scalarLike(graph, count - 1, segments))
  const outside = pointwise(graph, 'Or', [low, high], 'bool')
  const safe = select(graph, outside, expand(graph, scalarLike(graph, count, segments), segments.shape), segments)
  const inner = x.shape.slice(segments.shape.length)
  const rows = reshape(graph, x, [size(segments.shape), ...inner])
  const indices = reshape(graph, safe, [size(segments.shape), 1])
  const summed = scatterAdd(graph, [count + 1, ...inner], indices, rows)
  const zero = summed.shape.map(() => 0)
  return slice(
    graph,
    summed,
    zero,
    zero.map(() => 1),
    [count, ...inner],
  )
}

export const indexingKernels = {
  GatherV2: kernel<GatherV2Attrs>(({ graph, input, attrs }) => {
    const [x, indices] = [input('x'), cast(graph, input('indices'), 'int32')]
    const axis = attrs.axis < 0 ? attrs.axis + x.shape.length : attrs.axis
    if (attrs.batchDims === 0) return gather(graph, x, indices, axis)
    return axis === 1 && attrs.batchDims === 1 && x.shape.length === 2 && indices.shape.length === 2
      ? gatherElements(graph, x, indices)
      : gatherInBatches(graph, x, indices, axis, attrs.batchDims)
  }),
  GatherNd: kernel(({ graph, input }) => {
    const [x, indices] = [input('params'), input('indices')]
    const depth = indices.shape.at(-1) ?? 0
    const shape = [...indices.shape.slice(0, -1), ...x.shape.slice(depth)]
    return graph.node('GatherND', [x, cast(graph, indices, 'int64')], shape, x.dtype)
  }),
  ScatterNd: kernel<ScatterNdAttrs>(({ graph, input, attrs }) =>
    scatterAdd(graph, attrs.shape, input('indices'), input('updates')),
  ),
  UnsortedSegmentSum: kernel<UnsortedSegmentSumAttrs>(({ graph, input, attrs }) =>
    segmentSum(graph, input('x'), input('segmentIds'), attrs.numSegments),
  ),
}
