// The inputs of a model: their shapes, element types, and where they lie in the one flat input of the network.
import { onnxType, type ValueInfoProto } from '../../../engine/onnx/schema.ts'
import { INPUT, sizeOf, type Shape } from '../../../nn/index.ts'
import { corrupt, unsupported } from './failure.ts'
import { checkedSize } from './tensor.ts'
import type { Signal } from './value.ts'

export interface GraphInput {
  readonly name: string
  /** ONNX shape, batch axis included (an unknown batch is 1). */
  readonly shape: Shape
  /** Where its numbers begin in the network's flat input. */
  readonly offset: number
  readonly double: boolean
  readonly signal: Signal
}

/** Reads the inputs that are no constants; several are laid one after another in the order of the file. */
export function readInputs(infos: readonly ValueInfoProto[]): {
  readonly inputs: readonly GraphInput[]
  readonly inputShape: Shape
} {
  if (infos.length === 0) throw corrupt('it has no input')
  const single = infos.length === 1
  let offset = 0
  const inputs = infos.map((info): GraphInput => {
    const shape = inputShapeOf(info)
    const size = checkedSize(shape, `the input "${info.name}"`)
    const start = offset
    offset += size
    const index = single ? null : Int32Array.from({ length: size }, (_, k) => start + k)
    const double = elementTypeOf(info) === onnxType.double
    return { name: info.name, shape, offset: start, double, signal: { kind: 'signal', node: INPUT, shape, index } }
  })
  checkedSize([offset], 'the input')
  return { inputs, inputShape: single ? withoutBatch(inputs[0].shape) : [offset] }
}

/** [1, c, h, w] as an image, everything else flat. */
function withoutBatch(shape: Shape): Shape {
  return shape.length === 4 && shape[0] === 1 ? shape.slice(1) : [sizeOf(shape)]
}

function elementTypeOf(info: ValueInfoProto): number {
  const elementType = tensorTypeOf(info).elemType
  if (elementType === onnxType.float || elementType === onnxType.double) return elementType
  throw unsupported(`The input "${info.name}" has the element type ${elementType} (of onnx.TensorProto)`)
}

function inputShapeOf(info: ValueInfoProto): Shape {
  const dimensions = tensorTypeOf(info).shape?.dim
  if (!dimensions) throw unsupported(`The input "${info.name}" has no shape`)
  return dimensions.map(({ dimValue = 0 }, axis) => {
    // An unknown batch is 1; a batch of zero or -1 is how some exporters say unknown.
    if (axis === 0 && dimValue <= 0) return 1
    if (dimValue > 0) return dimValue
    throw unsupported(
      `Axis ${axis} of the input "${info.name}" has no fixed size`,
      'Export the model for one fixed input size.',
    )
  })
}

function tensorTypeOf(info: ValueInfoProto): {
  readonly elemType: number
  readonly shape?: { readonly dim: readonly { readonly dimValue?: number }[] } | null
} {
  const type = info.type as { tensorType?: ReturnType<typeof tensorTypeOf> | null } | null
  if (!type?.tensorType) throw unsupported(`The input "${info.name}" is no tensor`)
  return type.tensorType
}
