// Add, Sub, Mul, Div and Neg: constants folded, a constant with a signal as scale and shift, two signals as a sum.
import { filled, scaleShift, sum } from '../affine.ts'
import { checkedSize } from '../tensor.ts'
import type { Operation, OperatorRule } from '../operation.ts'
import { constantOf, viewed, type Constant, type Signal, type Value } from '../value.ts'
import { broadcast, broadcastShape } from '../views.ts'

export const add: OperatorRule = (operation) => {
  const [a, b] = operands(operation)
  if (a.kind === 'constant' && b.kind === 'constant') return folded(a, b, (x, y) => x + y)
  if (a.kind === 'signal' && b.kind === 'signal') return sum(operation, a, b)
  const [x, c] = a.kind === 'signal' ? [a, b as Constant] : [b as Signal, a]
  return scaleShift(operation, x, filled(x, 1), c.data)
}

export const subtract: OperatorRule = (operation) => {
  const [a, b] = operands(operation)
  if (a.kind === 'constant' && b.kind === 'constant') return folded(a, b, (x, y) => x - y)
  if (a.kind === 'signal' && b.kind === 'signal') return sum(operation, a, negated(operation, b))
  if (a.kind === 'signal')
    return scaleShift(
      operation,
      a,
      filled(a, 1),
      (b as Constant).data.map((value) => -value),
    )
  return scaleShift(operation, b as Signal, filled(b as Signal, -1), a.data)
}

export const multiply: OperatorRule = (operation) => {
  const [a, b] = operands(operation)
  if (a.kind === 'constant' && b.kind === 'constant') return folded(a, b, (x, y) => x * y)
  if (a.kind === 'signal' && b.kind === 'signal') return operation.refuse('both factors depend on the input')
  const [x, c] = a.kind === 'signal' ? [a, b as Constant] : [b as Signal, a]
  return scaleShift(operation, x, c.data, filled(x, 0))
}

export const divide: OperatorRule = (operation) => {
  const [a, b] = operands(operation)
  if (b.kind === 'signal') return operation.refuse('its divisor depends on the input')
  if (a.kind === 'constant') return folded(a, b, (x, y) => (a.integer ? Math.trunc(x / y) : x / y))
  if (b.data.includes(0)) operation.refuse('it divides by zero')
  return scaleShift(
    operation,
    a,
    Float64Array.from(b.data, (value) => 1 / value),
    filled(a, 0),
  )
}

export const negate: OperatorRule = (operation) => {
  const value = operation.input(0)
  if (value.kind === 'signal') return negated(operation, value)
  return { ...value, data: value.data.map((number) => -number) }
}

function negated(operation: Operation, x: Signal): Signal {
  return scaleShift(operation, x, filled(x, -1), filled(x, 0))
}

/** Both inputs in their common shape. */
function operands(operation: Operation): [Value, Value] {
  const [a, b] = [operation.input(0), operation.input(1)]
  const shape = broadcastShape(a.shape, b.shape)
  if (!shape) operation.broken(`shapes ${a.shape.join('×')} and ${b.shape.join('×')} do not fit`)
  checkedSize(shape, operation.title)
  return [viewed(a, broadcast(a.shape, shape)), viewed(b, broadcast(b.shape, shape))]
}

/** Elementwise arithmetic of constants, in the precision of the model. */
function folded(a: Constant, b: Constant, apply: (x: number, y: number) => number): Constant {
  const single = a.data instanceof Float32Array && b.data instanceof Float32Array
  const data = single ? new Float32Array(a.data.length) : new Float64Array(a.data.length)
  for (let i = 0; i < data.length; i++) data[i] = apply(a.data[i], b.data[i])
  return constantOf(a.shape, data, a.integer)
}
