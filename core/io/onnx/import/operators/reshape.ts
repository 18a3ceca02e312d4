// Flatten, Reshape, Squeeze, Unsqueeze, Transpose and Expand: the same elements in another shape or order.
import { sizeOf, type Shape } from '../../../../nn/index.ts'
import { checkedSize } from '../tensor.ts'
import type { Operation, OperatorRule } from '../operation.ts'
import { viewed } from '../value.ts'
import { broadcast, broadcastShape, transposed } from '../views.ts'

export const flatten: OperatorRule = (operation) => {
  const value = operation.input(0)
  const { shape } = value
  const given = operation.attributes.int('axis', 1)
  const axis = given < 0 ? given + shape.length : given
  if (axis < 0 || axis > shape.length) operation.broken(`axis ${given} does not exist in rank ${shape.length}`)
  return viewed(value, { shape: [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))], index: null })
}

export const reshape: OperatorRule = (operation) => {
  const value = operation.input(0)
  const wanted = operation.numbers(1, 'shape')
  const keepsZero = operation.attributes.int('allowzero', 0) !== 0
  const shape = wanted.map((extent, axis) => (extent === 0 && !keepsZero ? (value.shape[axis] ?? 0) : extent))
  return viewed(value, { shape: completed(operation, shape, sizeOf(value.shape)), index: null })
}

/** The shape with its one −1 replaced by what is left. */
function completed(operation: Operation, shape: readonly number[], size: number): Shape {
  const open = shape.indexOf(-1)
  const known = sizeOf(shape.filter((_, axis) => axis !== open))
  const full = shape.map((extent, axis) => (axis === open ? size / known : extent))
  const sound = full.every((extent) => Number.isSafeInteger(extent) && extent >= 0)
  if (!sound || sizeOf(full) !== size) operation.broken(`${size} elements do not fit the shape ${shape.join('×')}`)
  return full
}

export const squeeze: OperatorRule = (operation) => {
  const value = operation.input(0)
  const { shape } = value
  const axes = operation.axes(1)?.map((axis) => operation.axis(axis, shape.length))
  const dropped = (extent: number, axis: number): boolean => (axes ? axes.includes(axis) : extent === 1)
  const kept = shape.filter((extent, axis) => !dropped(extent, axis))
  if (sizeOf(kept) !== sizeOf(shape)) operation.broken(`an axis to drop of ${shape.join('×')} is longer than 1`)
  return viewed(value, { shape: kept, index: null })
}

export const unsqueeze: OperatorRule = (operation) => {
  const value = operation.input(0)
  const given = operation.axes(1) ?? operation.broken('it has no axes')
  const rank = value.shape.length + given.length
  const axes = new Set(given.map((axis) => operation.axis(axis, rank)))
  if (axes.size !== given.length) operation.broken('it names an axis twice')
  const old = value.shape.values()
  const shape = Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : (old.next().value ?? 1)))
  return viewed(value, { shape, index: null })
}

export const transpose: OperatorRule = (operation) => {
  const value = operation.input(0)
  const rank = value.shape.length
  const axes = operation.attributes.ints('perm', undefined) ?? Array.from({ length: rank }, (_, i) => rank - 1 - i)
  const sorted = [...axes].sort((a, b) => a - b)
  if (axes.length !== rank || sorted.some((axis, i) => axis !== i))
    operation.broken(`${axes.join()} is no order of axes`)
  return viewed(value, transposed(value.shape, axes))
}

export const expand: OperatorRule = (operation) => {
  const value = operation.input(0)
  const wanted = operation.numbers(1, 'shape')
  const shape = broadcastShape(value.shape, wanted)
  if (!shape) return operation.broken(`${value.shape.join('×')} does not expand to ${wanted.join('×')}`)
  checkedSize(shape, operation.title)
  return viewed(value, broadcast(value.shape, shape))
}
