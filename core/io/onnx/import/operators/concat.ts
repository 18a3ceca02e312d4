// Concat: parts placed side by side, as one view where they come from one node, else as a sum of embedded parts.
import { sizeOf, type Shape } from '../../../../nn/index.ts'
import { linear, matrix, sum } from '../affine.ts'
import { checkedSize } from '../tensor.ts'
import type { Operation, OperatorRule } from '../operation.ts'
import { constantOf, type Constant, type Signal, type Value } from '../value.ts'

/** A part and the places of its elements in the result. */
interface Part<V extends Value = Value> {
  readonly value: V
  readonly places: Int32Array
}

export const concat: OperatorRule = (operation) => {
  const values = operation.inputs
  const first = values.at(0) ?? operation.broken('it has no inputs')
  const axis = operation.axis(operation.attributes.int('axis', 1), first.shape.length)
  const shape = joinedShape(operation, values, axis)
  return concatenated(operation, values, shape, axis)
}

/** The values side by side along `axis`. */
export function concatenated(operation: Operation, values: readonly Value[], shape: Shape, axis: number): Value {
  if (values.length === 1) return values[0]
  let from = 0
  const parts = values.map((value): Part => {
    const places = placesOf(value.shape, shape, axis, from)
    from += value.shape[axis]
    return { value, places }
  })
  const constants = parts.filter((part): part is Part<Constant> => part.value.kind === 'constant')
  const signals = parts.filter((part): part is Part<Signal> => part.value.kind === 'signal')
  if (signals.length === 0) return joinedConstants(constants, shape)
  const { node } = signals[0].value
  if (constants.length === 0 && signals.every(({ value }) => value.node === node)) return joinedViews(signals, shape)
  return joinedSignals(operation, signals, constants, shape)
}

function joinedShape(operation: Operation, values: readonly Value[], axis: number): Shape {
  const [{ shape }] = values
  const fits = values.every(
    (value) =>
      value.shape.length === shape.length && value.shape.every((extent, a) => a === axis || extent === shape[a]),
  )
  if (!fits) operation.broken(`shapes ${values.map((value) => value.shape.join('×')).join(', ')} do not join`)
  const joined = shape.map((extent, a) =>
    a === axis ? values.reduce((total, value) => total + value.shape[axis], 0) : extent,
  )
  checkedSize(joined, operation.title)
  return joined
}

function placesOf(part: Shape, whole: Shape, axis: number, from: number): Int32Array {
  const inner = sizeOf(part.slice(axis + 1))
  const run = part[axis] * inner
  const stride = whole[axis] * inner
  return Int32Array.from({ length: sizeOf(part) }, (_, k) => Math.floor(k / run) * stride + from * inner + (k % run))
}

function joinedConstants(parts: readonly Part<Constant>[], shape: Shape): Constant {
  const double = parts.some(({ value }) => value.data instanceof Float64Array)
  const data = double ? new Float64Array(sizeOf(shape)) : new Float32Array(sizeOf(shape))
  for (const { value, places } of parts) places.forEach((place, k) => (data[place] = value.data[k]))
  return constantOf(shape, data, parts[0].value.integer)
}

function joinedViews(parts: readonly Part<Signal>[], shape: Shape): Signal {
  const index = new Int32Array(sizeOf(shape))
  for (const { value, places } of parts) places.forEach((place, k) => (index[place] = value.index?.[k] ?? k))
  return { kind: 'signal', node: parts[0].value.node, shape, index }
}

/** Σ E_p x_p + c with 0/1 matrices E_p, exact because every element has one term that is not zero. */
function joinedSignals(
  operation: Operation,
  signals: readonly Part<Signal>[],
  constants: readonly Part<Constant>[],
  shape: Shape,
): Signal {
  const size = sizeOf(shape)
  const offset = new Float64Array(size)
  for (const { value, places } of constants) places.forEach((place, k) => (offset[place] = value.data[k]))
  const embedded = signals.map(({ value, places }, i) => {
    const weight = matrix(operation, size, places.length)
    places.forEach((place, k) => (weight[place * places.length + k] = 1))
    return linear(operation, value, weight, i === 0 ? offset : new Float64Array(size), shape)
  })
  return embedded.reduce((total, part) => sum(operation, total, part))
}
