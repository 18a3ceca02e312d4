// Recorded kernels that reduce axes, and running sums.
import { tf } from '../tensor.ts'
import type { ArgMaxAttrs, CumprodAttrs, CumsumAttrs, MaxAttrs, SumAttrs, TopKAttrs } from '@tensorflow/tfjs-core'
import { scalarLike, select } from '../record/arithmetic.ts'
import { sumOfPlaces } from '../record/blocks.ts'
import { cast, reshape, transpose } from '../record/layout.ts'
import type { Graph } from '../record/graph.ts'
import type { Shape, Value } from '../record/value.ts'
import { kernel } from './kernel.ts'
import type { RecordKernel } from './kernel.ts'

function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  return keepDims
    ? shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
    : shape.filter((_, axis) => !axes.includes(axis))
}

/** One ONNX reduction; axes of length one are dropped without it. */
export function reduce(graph: Graph, op: string, x: Value, axes: readonly number[], keepDims: boolean): Value {
  const shape = reducedShape(x.shape, axes, keepDims)
  if (axes.every((axis) => x.shape[axis] === 1)) return reshape(graph, x, shape)
  const keepdims = keepDims ? 1 : 0
  const ofPlaces = op === 'ReduceSum' ? sumOverPlaces(graph, x, axes) : null
  if (ofPlaces !== null) return reshape(graph, ofPlaces, shape)
  if (op === 'ReduceSum') return graph.node(op, [x, graph.ints(axes)], shape, x.dtype, { keepdims })
  return graph.node(op, [x], shape, x.dtype, { axes, keepdims })
}

/** Sums of images in blocks over the places, or over images and places. */
function sumOverPlaces(graph: Graph, x: Value, axes: readonly number[]): Value | null {
  const places = ['2,3', '0,2,3'].includes(axes.join()) ? sumOfPlaces(graph, x) : null
  return places === null || axes.length === 2 ? places : reduce(graph, 'ReduceSum', places, [0], false)
}

function axesOf(axis: number | number[] | undefined, x: Value): number[] {
  return tf.util.parseAxisParam(axis ?? x.shape.map((_, index) => index), [...x.shape])
}

/** Truth values are summed and compared as int32; the result is what TensorFlow.js gives. */
function counted(graph: Graph, x: Value): Value {
  return x.dtype === 'bool' ? cast(graph, x, 'int32') : x
}

function overAxis(op: string): RecordKernel {
  return kernel<SumAttrs>(({ graph, input, attrs }) => {
    const x = input('x')
    return reduce(graph, op, counted(graph, x), axesOf(attrs.axis, x), attrs.keepDims)
  })
}

function truthOverAxis(op: 'ReduceMin' | 'ReduceMax'): RecordKernel {
  return kernel<SumAttrs>(({ graph, input, attrs }) => {
    const x = input('x')
    return cast(graph, reduce(graph, op, cast(graph, x, 'int32'), axesOf(attrs.axis, x), attrs.keepDims), 'bool')
  })
}

/** ONNX gives int64 positions, TensorFlow.js int32; ties go to the first entry in both. */
function position(op: 'ArgMax' | 'ArgMin'): RecordKernel {
  return kernel<ArgMaxAttrs>(({ graph, input, attrs }) => {
    const x = input('x')
    const [axis = 0] = axesOf(attrs.axis, x)
    const shape = reducedShape(x.shape, [axis], false)
    return cast(graph, graph.node(op, [x], shape, 'int64', { axis, keepdims: 0 }), 'int32')
  })
}

/**
 * Running products along one axis, each the product of the entries up to it: ONNX has no such operator, so entry i is the
 * product over j of x_j where j counts and 1 elsewhere (quadratic in the axis, which only the gradient of Prod uses).
 */
function runningProduct(graph: Graph, x: Value, attrs: CumprodAttrs): Value {
  const [axis = 0] = axesOf(attrs.axis, x)
  const extent = x.shape[axis] ?? 1
  const last = [...x.shape.keys()].filter((index) => index !== axis).concat(axis)
  const back = last.map((_, index) => last.indexOf(index))
  const rows = transpose(graph, x, last)
  const counts = Uint8Array.from({ length: extent * extent }, (_, cell) => {
    const [i, j] = [Math.floor(cell / extent), cell % extent]
    const ahead = attrs.reverse ? j - i : i - j
    return Number(attrs.exclusive ? ahead > 0 : ahead >= 0)
  })
  const mask = graph.host(counts, [extent, extent], 'bool')
  const wide = reshape(graph, rows, [...rows.shape.slice(0, -1), 1, extent])
  const factors = select(graph, mask, wide, scalarLike(graph, 1, x))
  return transpose(graph, reduce(graph, 'ReduceProd', factors, [wide.shape.length - 1], false), back)
}

export const reductionKernels = {
  Sum: overAxis('ReduceSum'),
  Mean: overAxis('ReduceMean'),
  Prod: overAxis('ReduceProd'),
  Min: overAxis('ReduceMin'),
  Max: kernel<MaxAttrs>(({ graph, input, attrs }) => {
    const x = input('x')
    return reduce(graph, 'ReduceMax', counted(graph, x), axesOf(attrs.reductionIndices, x), attrs.keepDims)
  }),
  All: truthOverAxis('ReduceMin'),
  Any: truthOverAxis('ReduceMax'),
  ArgMax: position('ArgMax'),
  ArgMin: position('ArgMin'),
  Cumsum: kernel<CumsumAttrs>(({ graph, input, attrs }) => {
    const x = input('x')
    const [axis = 0] = axesOf(attrs.axis, x)
    const flags = { exclusive: Number(attrs.exclusive), reverse: Number(attrs.reverse) }
    return graph.node('CumSum', [x, graph.uniform(axis, [], 'int64')], x.shape, x.dtype, flags)
  }),
  Cumprod: kernel<CumprodAttrs>(({ graph, input, attrs }) => runningProduct(graph, input('x'), attrs)),
  TopK: kernel<TopKAttrs>(({ graph, input, attrs }) => {
    const x = input('x')
    const shape = [...x.shape.slice(0, -1), attrs.k]
    const inputs = [x, graph.ints([attrs.k])]
    const outputs = [
      { shape, dtype: x.dtype },
      { shape, dtype: 'int64' as const },
    ]
    const made = graph.nodes('TopK', inputs, outputs, { axis: -1, largest: 1, sorted: Number(attrs.sorted) })
    return made.map((value) => (value.dtype === 'int64' ? cast(graph, value, 'int32') : value))
  }),
}
