// Relu, LeakyRelu, PRelu, Sigmoid, Tanh and Clip, exactly, in terms of ReLU and sigmoid layers.
import { elementwise, filled, scaleShift, sum } from '../affine.ts'
import type { Operation, OperatorRule } from '../operation.ts'
import { viewed, type Constant, type Signal } from '../value.ts'
import { broadcast, broadcastShape } from '../views.ts'

export const relu: OperatorRule = (operation) => elementwise(operation, operation.signal(0), 'relu')

export const sigmoid: OperatorRule = (operation) => elementwise(operation, operation.signal(0), 'sigmoid')

/** tanh(x) = 2 σ(2x) − 1. */
export const tanh: OperatorRule = (operation) => {
  const x = operation.signal(0)
  const doubled = scaleShift(operation, x, filled(x, 2), filled(x, 0))
  return scaleShift(operation, elementwise(operation, doubled, 'sigmoid'), filled(x, 2), filled(x, -1))
}

export const leakyRelu: OperatorRule = (operation) => {
  const x = operation.signal(0)
  return leaky(operation, x, filled(x, operation.attributes.float('alpha', 0.01)))
}

export const pRelu: OperatorRule = (operation) => {
  const x = operation.signal(0)
  const slope = operation.constant(1, 'slope')
  if (broadcastShape(x.shape, slope.shape)?.join() !== x.shape.join()) {
    operation.broken(`a slope of shape ${slope.shape.join('×')} does not fit ${x.shape.join('×')}`)
  }
  return leaky(operation, x, (viewed(slope, broadcast(slope.shape, x.shape)) as Constant).data)
}

/** a x + (1 − a) max(x, 0). */
function leaky(operation: Operation, x: Signal, slope: Constant['data']): Signal {
  const nothing = filled(x, 0)
  const line = scaleShift(operation, x, slope, nothing)
  const kept = Float64Array.from(slope, (value) => 1 - value)
  return sum(operation, line, scaleShift(operation, elementwise(operation, x, 'relu'), kept, nothing))
}

/** min(max(x, low), high), one ReLU for each bound: low + relu(x − low), then high − relu(high − ·). */
export const clip: OperatorRule = (operation) => {
  const x = operation.signal(0)
  const bound = (position: number, name: string): number | null => {
    const value = operation.attributes.float(name, undefined) ?? operation.optionalConstant(position, name)?.data[0]
    if (value !== undefined && Number.isNaN(value)) operation.broken(`its ${name} is no number`)
    // An exporter's "no bound" is the largest float.
    return value === undefined || Math.abs(value) >= 3.4e38 ? null : value
  }
  const low = bound(1, 'min')
  const high = bound(2, 'max')
  if (low !== null && high !== null && low > high)
    operation.refuse(`its bounds ${low} and ${high} are in the wrong order`)
  const raised = low === null ? x : atLeast(operation, x, low)
  if (high === null) return raised
  const mirrored = scaleShift(operation, raised, filled(x, -1), filled(x, 0))
  return scaleShift(operation, atLeast(operation, mirrored, -high), filled(x, -1), filled(x, 0))
}

function atLeast(operation: Operation, x: Signal, low: number): Signal {
  const lowered = scaleShift(operation, x, filled(x, 1), filled(x, -low))
  return scaleShift(operation, elementwise(operation, lowered, 'relu'), filled(x, 1), filled(x, low))
}
