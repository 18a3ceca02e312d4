// Gemm and MatMul with one constant matrix, as dense layers.
import { sizeOf, type Shape } from '../../../../nn/index.ts'
import { filled, linear, matrix, scaleShift, sum } from '../affine.ts'
import type { Operation, OperatorRule } from '../operation.ts'
import { constantOf, viewed, type Constant, type Signal, type Value } from '../value.ts'
import { broadcast, broadcastShape, transposed } from '../views.ts'

export const gemm: OperatorRule = (operation) => {
  const { attributes } = operation
  const side = (position: number, flag: string): Value => {
    const value = operation.input(position)
    if (value.shape.length !== 2) operation.broken(`input ${position} has the shape ${value.shape.join('×')}`)
    return attributes.int(flag, 0) === 0 ? value : viewed(value, transposed(value.shape, [1, 0]))
  }
  // The factor goes to the constant side, where it costs no layer.
  const [a, b] = [side(0, 'transA'), side(1, 'transB')]
  const alpha = attributes.float('alpha', 1)
  const product =
    b.kind === 'constant'
      ? multiply(operation, a, scaled(operation, b, alpha))
      : multiply(operation, scaled(operation, a, alpha), b)
  const addend = operation.optional(2)
  return addend === null ? product : added(operation, product, scaled(operation, addend, attributes.float('beta', 1)))
}

export const matMul: OperatorRule = (operation) => multiply(operation, operation.input(0), operation.input(1))

function scaled(operation: Operation, value: Value, factor: number): Value {
  if (factor === 1) return value
  if (value.kind === 'signal') return scaleShift(operation, value, filled(value, factor), filled(value, 0))
  return constantOf(
    value.shape,
    Float64Array.from(value.data, (number) => number * factor),
  )
}

function added(operation: Operation, product: Value, addend: Value): Value {
  if (broadcastShape(product.shape, addend.shape)?.join() !== product.shape.join()) {
    operation.broken(`C of shape ${addend.shape.join('×')} does not fit ${product.shape.join('×')}`)
  }
  const term = viewed(addend, broadcast(addend.shape, product.shape))
  if (product.kind === 'constant') return operation.refuse('it works on constants only')
  if (term.kind === 'signal') return sum(operation, product, term)
  return scaleShift(operation, product, filled(product, 1), term.data)
}

/** The matrix product by NumPy's rules; the constant side has at most two axes. */
function multiply(operation: Operation, left: Value, right: Value): Value {
  if (left.kind === 'signal' && right.kind === 'signal') return operation.refuse('both factors depend on the input')
  const [a, b] = [left.shape, right.shape]
  if (a.length === 0 || b.length === 0) operation.broken('a factor is a scalar')
  const inner = a[a.length - 1]
  if (inner !== (b.length === 1 ? b[0] : b[b.length - 2])) {
    operation.broken(`${a.join('×')} times ${b.join('×')} does not fit`)
  }
  if (right.kind === 'constant' && left.kind === 'constant') return operation.refuse('it works on constants only')
  if (left.kind === 'signal' && right.kind === 'constant') return timesConstant(operation, left, right, inner)
  return constantTimes(operation, left as Constant, right as Signal, inner)
}

/** x B: every row of x [.., rows, inner] times B [inner, columns]. */
function timesConstant(operation: Operation, x: Signal, { shape: b, data }: Constant, inner: number): Signal {
  if (b.length > 2) operation.refuse(`its constant factor has the shape ${b.join('×')}`)
  const columns = b.length === 1 ? 1 : b[1]
  const rows = sizeOf(x.shape) / inner
  const shape: Shape = b.length === 1 ? x.shape.slice(0, -1) : [...x.shape.slice(0, -1), columns]
  if (rows === 1) return linear(operation, x, turned(data, inner, columns), zeros(data, columns), shape)
  const weight = matrix(operation, rows * columns, rows * inner)
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < inner; k++)
      for (let column = 0; column < columns; column++)
        weight[(row * columns + column) * rows * inner + row * inner + k] = data[k * columns + column]
  return linear(operation, x, weight, new Float64Array(rows * columns), shape)
}

/** A x: A [rows, inner] times every matrix of x [.., inner, columns]. */
function constantTimes(operation: Operation, { shape: a, data }: Constant, x: Signal, inner: number): Signal {
  if (a.length > 2) operation.refuse(`its constant factor has the shape ${a.join('×')}`)
  const rows = a.length === 1 ? 1 : a[0]
  const vector = x.shape.length === 1
  const columns = vector ? 1 : x.shape[x.shape.length - 1]
  const batches = sizeOf(x.shape) / (inner * columns)
  const shape = [...x.shape.slice(0, -2), ...(a.length === 1 ? [] : [rows]), ...(vector ? [] : [columns])]
  if (batches === 1 && columns === 1) return linear(operation, x, data, zeros(data, rows), shape)
  const width = batches * inner * columns
  const weight = matrix(operation, batches * rows * columns, width)
  for (let batch = 0; batch < batches; batch++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (let k = 0; k < inner; k++)
          weight[((batch * rows + row) * columns + column) * width + (batch * inner + k) * columns + column] =
            data[row * inner + k]
  return linear(operation, x, weight, new Float64Array(batches * rows * columns), shape)
}

function zeros(like: Constant['data'], length: number): Constant['data'] {
  return like instanceof Float32Array ? new Float32Array(length) : new Float64Array(length)
}

/** [rows, columns] → [columns, rows] */
function turned(data: Constant['data'], rows: number, columns: number): Constant['data'] {
  const result = zeros(data, data.length)
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) result[column * rows + row] = data[at++]
  return result
}
