// Constants of a model: the numbers in a TensorProto, with every size checked before it is used.
import { onnxType, type TensorProto } from '../../../engine/onnx/schema.ts'
import { sizeOf } from '../../../nn/index.ts'
import { corrupt, unsupported } from './failure.ts'
import { maximumElements, maximumTensor } from './limits.ts'
import { constantOf, type Constant } from './value.ts'

/** How numbers of one type lie in raw bytes, and which other field may hold them. */
interface ElementFormat {
  readonly bytes: number
  readonly integer: boolean
  readonly field: 'floatData' | 'doubleData' | 'int32Data' | 'int64Data'
  read(view: DataView, offset: number): number
}

const formats: Readonly<Partial<Record<number, ElementFormat>>> = {
  [onnxType.float]: { bytes: 4, integer: false, field: 'floatData', read: (view, at) => view.getFloat32(at, true) },
  [onnxType.double]: { bytes: 8, integer: false, field: 'doubleData', read: (view, at) => view.getFloat64(at, true) },
  [onnxType.uint8]: { bytes: 1, integer: true, field: 'int32Data', read: (view, at) => view.getUint8(at) },
  [onnxType.bool]: { bytes: 1, integer: true, field: 'int32Data', read: (view, at) => view.getUint8(at) },
  [onnxType.int32]: { bytes: 4, integer: true, field: 'int32Data', read: (view, at) => view.getInt32(at, true) },
  [onnxType.int64]: {
    bytes: 8,
    integer: true,
    field: 'int64Data',
    read: (view, at) => Number(view.getBigInt64(at, true)),
  },
}

/** The constant in a tensor; `what` names it in errors. */
export function readTensor(tensor: TensorProto, what: string): Constant {
  const { dims, dataType } = tensor
  if (tensor.dataLocation === 1) {
    throw unsupported(`${what} is kept in another file (external data)`, 'Export the model with its weights inside.')
  }
  const format = formats[dataType]
  if (!format) throw unsupported(`${what} has the element type ${dataType} (of onnx.TensorProto), which is not read`)
  const size = checkedSize(dims, what, maximumTensor)
  return constantOf(dims, numbersOf(tensor, size, format, what), format.integer)
}

/** The number of elements of a shape from a file. */
export function checkedSize(dims: readonly number[], what: string, most = maximumElements): number {
  if (dims.length > 8) throw unsupported(`${what} has ${dims.length} axes; 8 are read`)
  if (!dims.every((extent) => Number.isSafeInteger(extent) && extent >= 0)) {
    throw corrupt(`${what} has the shape ${dims.join('×')}`)
  }
  const size = sizeOf(dims)
  if (size > most) throw unsupported(`${what} has ${size} elements; at most ${most} are read`)
  return size
}

function numbersOf(tensor: TensorProto, size: number, format: ElementFormat, what: string): Constant['data'] {
  const { rawData } = tensor
  const allocate = (): Constant['data'] =>
    tensor.dataType === onnxType.float ? new Float32Array(size) : new Float64Array(size)
  if (rawData && rawData.length > 0) {
    if (rawData.length !== size * format.bytes) {
      throw corrupt(`${what} has ${rawData.length} bytes for ${size} numbers of ${format.bytes}`)
    }
    const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength)
    return allocate().map((_, i) => format.read(view, i * format.bytes))
  }
  const numbers = tensor[format.field] ?? []
  if (numbers.length !== size) throw corrupt(`${what} has ${numbers.length} numbers for ${size}`)
  const data = allocate()
  data.set(numbers)
  return data
}
