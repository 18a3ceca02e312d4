// Constant, ConstantOfShape, Shape, Cast and Identity-like operators: values that are known or pass through.
import { onnxType } from '../../../../engine/onnx/schema.ts'
import { checkedSize } from '../tensor.ts'
import type { OperatorRule } from '../operation.ts'
import { constantOf, integers, type Constant } from '../value.ts'

export const constant: OperatorRule = (operation) => {
  const { attributes } = operation
  const tensor = attributes.tensor('value')
  if (tensor) return tensor
  const number = attributes.float('value_float', undefined)
  if (number !== undefined) return constantOf([], Float32Array.of(number))
  const numbers = attributes.floats('value_floats')
  if (numbers) return constantOf([numbers.length], Float32Array.from(numbers))
  const whole = attributes.int('value_int', undefined)
  if (whole !== undefined) return constantOf([], Float64Array.of(whole), true)
  return integers(attributes.ints('value_ints', undefined) ?? operation.refuse('it holds no tensor and no numbers'))
}

export const constantOfShape: OperatorRule = (operation) => {
  const shape = operation.numbers(0, 'shape')
  const value = operation.attributes.tensor('value')
  const size = checkedSize(shape, operation.title)
  const data = value?.data instanceof Float64Array ? new Float64Array(size) : new Float32Array(size)
  return constantOf(shape, data.fill(value?.data[0] ?? 0), value?.integer ?? false)
}

export const shape: OperatorRule = (operation) => {
  const dimensions = operation.input(0).shape
  const start = operation.attributes.int('start', 0)
  return integers(dimensions.slice(start, operation.attributes.int('end', dimensions.length)))
}

export const size: OperatorRule = (operation) => {
  const elements = operation.input(0).shape.reduce((product, extent) => product * extent, 1)
  return constantOf([], Float64Array.of(elements), true)
}

const floats = new Set<number>([onnxType.float, onnxType.double])

export const cast: OperatorRule = (operation) => {
  const to = operation.attributes.int('to', 0)
  const value = operation.input(0)
  if (value.kind === 'constant') return castConstant(value, to)
  return floats.has(to) ? value : operation.refuse(`it turns the network's values into the element type ${to}`)
}

function castConstant({ shape: dimensions, data }: Constant, to: number): Constant {
  if (to === onnxType.float) return constantOf(dimensions, Float32Array.from(data))
  if (to === onnxType.double) return constantOf(dimensions, Float64Array.from(data))
  const truth = to === onnxType.bool
  return constantOf(
    dimensions,
    Float64Array.from(data, (value) => (truth ? Number(value !== 0) : Math.trunc(value))),
    true,
  )
}

export const identity: OperatorRule = (operation) => operation.input(0)

/** Dropout of a trained network passes its input on. */
export const dropout: OperatorRule = (operation) => {
  const training = operation.optionalConstant(2, 'training mode')
  if (training && training.data[0] !== 0) operation.refuse('it is in training mode')
  operation.optionalConstant(1, 'ratio')
  return operation.input(0)
}
