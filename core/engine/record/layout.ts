// Recording of moves that change no number: reshape, transpose, expand, slice, cast; moves that cancel are not recorded.
import type { TensorData } from '../program.ts'
import type { Graph } from './graph.ts'
import { sameShape, size } from './value.ts'
import type { ElementType, Shape, Value } from './value.ts'

/** The value `x` is an `op` of, with that node's attributes; null otherwise. */
function madeBy(x: Value, op: string) {
  return x.origin.kind === 'node' && x.origin.node.op === op ? x.origin.node : null
}

export function reshape(graph: Graph, x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x
  if (x.origin.kind === 'uniform') return graph.uniform(x.origin.fill, shape, x.dtype)
  if (x.origin.kind === 'host' && x.dtype !== 'int64') return graph.host(x.origin.data, shape, x.dtype)
  const source = madeBy(x, 'Reshape')?.inputs[0]
  if (source !== undefined) return reshape(graph, source, shape)
  return graph.node('Reshape', [x, graph.ints(shape)], shape, x.dtype)
}

/** Output axis `i` is axis `perm[i]` of x. */
export function transpose(graph: Graph, x: Value, perm: readonly number[]): Value {
  if (perm.every((axis, index) => axis === index)) return x
  const shape = perm.map((axis) => x.shape[axis] ?? 1)
  if (x.origin.kind === 'uniform') return graph.uniform(x.origin.fill, shape, x.dtype)
  const inner = madeBy(x, 'Transpose')
  const source = inner?.inputs[0]
  const innerPerm = inner?.attributes['perm']
  if (source !== undefined && Array.isArray(innerPerm)) {
    const composed = perm.map((axis) => (innerPerm as readonly number[])[axis] ?? 0)
    return transpose(graph, source, composed)
  }
  if (movesOnlyUnitAxes(x.shape, perm)) return reshape(graph, x, shape)
  return graph.node('Transpose', [x], shape, x.dtype, { perm })
}

/** Whether the axes longer than one keep their order, so that the memory does not change. */
function movesOnlyUnitAxes(shape: Shape, perm: readonly number[]): boolean {
  const long = perm.filter((axis) => shape[axis] !== 1)
  return long.every((axis, index) => index === 0 || axis > (long[index - 1] ?? -1))
}

/** NumPy broadcasting of x to `shape`. */
export function expand(graph: Graph, x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x
  if (x.origin.kind === 'uniform') return graph.uniform(x.origin.fill, shape, x.dtype)
  if (size(x.shape) === size(shape)) return reshape(graph, x, shape)
  return graph.node('Expand', [x, graph.ints(shape)], shape, x.dtype)
}

/** What an Expand was made from, and otherwise x: for consumers that broadcast by themselves. */
export function beforeExpand(x: Value): Value {
  return madeBy(x, 'Expand')?.inputs[0] ?? x
}

/** Entries begin, begin + step, … of every axis, `shape[axis]` of them. */
export function slice(graph: Graph, x: Value, begin: readonly number[], steps: readonly number[], shape: Shape): Value {
  const whole = steps.every((step, axis) => step === 1 || shape[axis] === 1) && sameShape(shape, x.shape)
  if (whole) return x
  if (x.origin.kind === 'uniform') return graph.uniform(x.origin.fill, shape, x.dtype)
  const cut = x.shape.flatMap((extent, axis) => (shape[axis] === extent && steps[axis] === 1 ? [] : [axis]))
  const at = (values: readonly number[]) => graph.ints(cut.map((axis) => values[axis] ?? 0))
  const ends = begin.map((first, axis) => endOf(first, steps[axis] ?? 1, shape[axis] ?? 0))
  const inputs = [x, at(begin), at(ends), graph.ints(cut), at(steps)]
  return graph.node('Slice', inputs, shape, x.dtype)
}

/** ONNX reads a negative end from the back of the axis, so "before the first entry" is a large negative number. */
function endOf(first: number, step: number, count: number): number {
  const end = first + step * count
  return step < 0 && end < 0 ? -(2 ** 31) : end
}

export function cast(graph: Graph, x: Value, dtype: ElementType): Value {
  if (x.dtype === dtype) return x
  if (x.origin.kind === 'uniform') return graph.uniform(convert(x.origin.fill, dtype), x.shape, dtype)
  return graph.node('Cast', [x], x.shape, dtype, { to: dtypeMark(dtype) })
}

function convert(number: number, dtype: ElementType): number {
  if (dtype === 'float32') return number
  return dtype === 'bool' ? Number(number !== 0) : Math.trunc(number)
}

/** Cast's `to` depends on the program's precision, so it is written when the model is; the mark keeps casts apart until then. */
function dtypeMark(dtype: ElementType): string {
  return dtype
}

/** `data` of shape `shape` with its axes permuted, on the host. */
export function transposedData<T extends TensorData>(data: T, shape: Shape, perm: readonly number[]): T {
  const strides = shape.map((_, axis) => size(shape.slice(axis + 1)))
  const outShape = perm.map((axis) => shape[axis] ?? 1)
  const outStrides = perm.map((axis) => strides[axis] ?? 1)
  const out = data.slice() as T
  const index = new Int32Array(outShape.length)
  let source = 0
  for (let position = 0; position < out.length; position += 1) {
    out[position] = data[source] ?? 0
    for (let axis = outShape.length - 1; axis >= 0; axis -= 1) {
      index[axis] = (index[axis] ?? 0) + 1
      source += outStrides[axis] ?? 0
      if ((index[axis] ?? 0) < (outShape[axis] ?? 0)) break
      source -= (outStrides[axis] ?? 0) * (outShape[axis] ?? 0)
      index[axis] = 0
    }
  }
  return out
}
