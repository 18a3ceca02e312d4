// The ONNX messages Espalier reads and writes, as a reflected protobuf schema, and their bytes.
import protobuf from 'protobufjs'

/** ONNX TensorProto.DataType. */
export const onnxType = { float: 1, uint8: 2, int32: 6, int64: 7, bool: 9, double: 11 } as const
export type OnnxType = (typeof onnxType)[keyof typeof onnxType]

/** ONNX AttributeProto.AttributeType. */
export const attributeType = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const

export interface TensorProto {
  readonly dims: readonly number[]
  readonly dataType: number
  readonly name: string
  readonly rawData?: Uint8Array
  readonly floatData?: readonly number[]
  readonly int32Data?: readonly number[]
  readonly int64Data?: readonly number[]
  readonly doubleData?: readonly number[]
  /** 1 where the numbers are in another file. */
  readonly dataLocation?: number
}
export interface AttributeProto {
  readonly name: string
  readonly type: number
  readonly f?: number
  readonly i?: number
  readonly s?: Uint8Array
  readonly t?: TensorProto
  readonly floats?: readonly number[]
  readonly ints?: readonly number[]
}
export interface NodeProto {
  readonly input: readonly string[]
  readonly output: readonly string[]
  readonly name?: string
  readonly opType: string
  readonly domain?: string
  readonly attribute: readonly AttributeProto[]
}
export interface ValueInfoProto {
  readonly name: string
  readonly type: {
    readonly tensorType: {
      readonly elemType: number
      readonly shape: { readonly dim: readonly { readonly dimValue?: number; readonly dimParam?: string }[] }
    }
  }
}
export interface GraphProto {
  readonly node: readonly NodeProto[]
  readonly name: string
  readonly initializer: readonly TensorProto[]
  readonly input: readonly ValueInfoProto[]
  readonly output: readonly ValueInfoProto[]
}
export interface ModelProto {
  readonly irVersion: number
  readonly producerName: string
  readonly producerVersion?: string
  readonly graph: GraphProto
  readonly opsetImport: readonly { readonly domain: string; readonly version: number }[]
}

const repeated = 'repeated' as const
const many = (type: string, id: number) => ({ rule: repeated, type, id })
const one = (type: string, id: number) => ({ type, id })

/** Field numbers and types of onnx.proto (ONNX IR version 8); fields Espalier never touches are left out. */
const root = protobuf.Root.fromJSON({
  options: { syntax: 'proto3' },
  nested: {
    TensorProto: {
      fields: {
        dims: many('int64', 1),
        dataType: one('int32', 2),
        floatData: many('float', 4),
        int32Data: many('int32', 5),
        int64Data: many('int64', 7),
        name: one('string', 8),
        rawData: one('bytes', 9),
        doubleData: many('double', 10),
        dataLocation: one('int32', 14),
      },
    },
    AttributeProto: {
      fields: {
        name: one('string', 1),
        f: one('float', 2),
        i: one('int64', 3),
        s: one('bytes', 4),
        t: one('TensorProto', 5),
        floats: many('float', 7),
        ints: many('int64', 8),
        type: one('int32', 20),
      },
    },
    NodeProto: {
      fields: {
        input: many('string', 1),
        output: many('string', 2),
        name: one('string', 3),
        opType: one('string', 4),
        attribute: many('AttributeProto', 5),
        domain: one('string', 7),
      },
    },
    Dimension: { fields: { dimValue: one('int64', 1), dimParam: one('string', 2) } },
    TensorShapeProto: { fields: { dim: many('Dimension', 1) } },
    TensorTypeProto: { fields: { elemType: one('int32', 1), shape: one('TensorShapeProto', 2) } },
    TypeProto: { fields: { tensorType: one('TensorTypeProto', 1) } },
    ValueInfoProto: { fields: { name: one('string', 1), type: one('TypeProto', 2) } },
    GraphProto: {
      fields: {
        node: many('NodeProto', 1),
        name: one('string', 2),
        initializer: many('TensorProto', 5),
        input: many('ValueInfoProto', 11),
        output: many('ValueInfoProto', 12),
      },
    },
    OperatorSetIdProto: { fields: { domain: one('string', 1), version: one('int64', 2) } },
    ModelProto: {
      fields: {
        irVersion: one('int64', 1),
        producerName: one('string', 2),
        producerVersion: one('string', 3),
        graph: one('GraphProto', 7),
        opsetImport: many('OperatorSetIdProto', 8),
      },
    },
  },
})
const modelType = root.lookupType('ModelProto')

/** The bytes of an `.onnx` file. */
export function encodeModel(model: ModelProto): Uint8Array {
  return modelType.encode(modelType.fromObject(model)).finish()
}

/**
 * The message in the bytes of an `.onnx` file; 64-bit integers become numbers.
 * @throws Error of protobufjs when the bytes are no protobuf message.
 */
export function decodeModel(bytes: Uint8Array): ModelProto {
  const message = modelType.toObject(modelType.decode(bytes), { longs: Number, defaults: true, arrays: true })
  return message as unknown as ModelProto
}
