// ReduceSum and ReduceMean: global pooling over the pixels of images, else a matrix.
import { sizeOf } from '../../../../nn/index.ts'
import { filled, linear, matrix, scaleShift } from '../affine.ts'
import type { Operation, OperatorRule } from '../operation.ts'
import type { Signal } from '../value.ts'
import { stridesOf } from '../views.ts'
import { globalMean } from './pool.ts'

export const reduceSum: OperatorRule = (operation) => reduced(operation, false)
export const reduceMean: OperatorRule = (operation) => reduced(operation, true)

function reduced(operation: Operation, mean: boolean): Signal {
  const x = operation.signal(0)
  const rank = x.shape.length
  const given = operation.axes(1)?.map((axis) => operation.axis(axis, rank)) ?? []
  const keeps = operation.attributes.int('keepdims', 1) !== 0
  if (operation.attributes.int('noop_with_empty_axes', 0) !== 0 && given.length === 0) return x
  const axes = new Set(given.length > 0 ? given : x.shape.keys())
  const count = x.shape.reduce((total, extent, axis) => (axes.has(axis) ? total * extent : total), 1)
  const kept = x.shape.map((extent, axis) => (axes.has(axis) ? 1 : extent))
  const shape = keeps ? kept : x.shape.filter((_, axis) => !axes.has(axis))
  if (rank === 4 && x.shape[0] === 1 && [...axes].sort((a, b) => a - b).join() === '2,3') {
    const average = { ...globalMean(operation, x), shape }
    return mean ? average : scaleShift(operation, average, filled(average, count), filled(average, 0))
  }
  const weight = reducingMatrix(operation, x, kept, mean ? 1 / count : 1)
  return linear(operation, x, weight, new Float64Array(sizeOf(kept)), shape)
}

function reducingMatrix(
  operation: Operation,
  { shape }: Signal,
  kept: readonly number[],
  factor: number,
): Float64Array {
  const columns = sizeOf(shape)
  const weight = matrix(operation, sizeOf(kept), columns)
  const from = stridesOf(shape)
  const to = stridesOf(kept)
  for (let column = 0; column < columns; column++) {
    const row = shape.reduce(
      (sum, extent, axis) => sum + (kept[axis] === 1 ? 0 : (Math.floor(column / from[axis]) % extent) * to[axis]),
      0,
    )
    weight[row * columns + column] = factor
  }
  return weight
}
