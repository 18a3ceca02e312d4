// Small constructors for ONNX nodes, attributes, tensors and models.
import { attributeType, encodeModel, onnxType } from './schema.ts'
import type { AttributeProto, NodeProto, OnnxType, TensorProto, ValueInfoProto } from './schema.ts'

/** An attribute of a node: whole numbers are ints; `{ float }` says float. */
export type AttributeValue = number | string | readonly number[] | { readonly float: number }
export type Attributes = Readonly<Record<string, AttributeValue>>

/** The operator set recorded programs use. */
export const opset = 17

function attribute(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number') return { name, type: attributeType.int, i: value }
  if (typeof value === 'string') return { name, type: attributeType.string, s: new TextEncoder().encode(value) }
  if ('float' in value) return { name, type: attributeType.float, f: value.float }
  return { name, type: attributeType.ints, ints: value }
}

/** A node of the operator `name` or `domain:name`. */
export function node(
  operator: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Attributes = {},
): NodeProto {
  const colon = operator.lastIndexOf(':')
  return {
    ...(colon === -1 ? {} : { domain: operator.slice(0, colon) }),
    opType: operator.slice(colon + 1),
    input,
    output,
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  }
}

export function tensor(name: string, dataType: OnnxType, dims: readonly number[], data: ArrayBufferView): TensorProto {
  return { name, dataType, dims, rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }
}

/** A one-dimensional int64 tensor: shapes, axes, pads. */
export function int64Tensor(name: string, values: readonly number[]): TensorProto {
  return tensor(name, onnxType.int64, [values.length], BigInt64Array.from(values, BigInt))
}

export function valueInfo(name: string, elemType: OnnxType, shape: readonly number[]): ValueInfoProto {
  return { name, type: { tensorType: { elemType, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } } }
}

/** Domains of operators besides ONNX' own. */
function domainsOf(nodes: readonly NodeProto[]): readonly string[] {
  return [...new Set(nodes.flatMap(({ domain = '' }) => (domain === '' ? [] : [domain])))]
}

/** The bytes of a model of operator set `version` (default: the recorder's). */
export function modelBytes(
  graph: {
    readonly name: string
    readonly nodes: readonly NodeProto[]
    readonly initializers: readonly TensorProto[]
    readonly inputs: readonly ValueInfoProto[]
    readonly outputs: readonly ValueInfoProto[]
  },
  version = opset,
): Uint8Array {
  return encodeModel({
    irVersion: 8,
    producerName: 'espalier',
    opsetImport: [{ domain: '', version }, ...domainsOf(graph.nodes).map((domain) => ({ domain, version: 1 }))],
    graph: {
      name: graph.name,
      node: graph.nodes,
      initializer: graph.initializers,
      input: graph.inputs,
      output: graph.outputs,
    },
  })
}
