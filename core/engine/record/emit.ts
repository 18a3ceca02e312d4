// The recorded program as the bytes of an ONNX model: only what the outputs need, in order of creation.
import { modelBytes, node as nodeProto, int64Tensor, tensor, valueInfo } from '../onnx/model.ts'
import type { Attributes } from '../onnx/model.ts'
import { onnxType } from '../onnx/schema.ts'
import type { NodeProto, OnnxType, TensorProto } from '../onnx/schema.ts'
import type { Precision, TensorData, TensorType } from '../program.ts'
import { fusedSums, type Fused } from './fuse.ts'
import { size } from './value.ts'
import type { ElementType, RecordedNode, Shape, Value } from './value.ts'

/** A constant the model takes as an input on every run, so that programs share one copy. */
export interface SharedConstant {
  readonly name: string
  readonly data: TensorData
  readonly dtype: TensorType
  readonly shape: Shape
}

export interface EmittedModel {
  readonly bytes: Uint8Array
  readonly nodeCount: number
  readonly shared: readonly SharedConstant[]
}

/**
 * Constants with more entries (16 MB of float32) are shared inputs; smaller ones are stored in the model, which makes
 * matrix products about a third faster because the runtime packs them once (docs/decisions/0002-engine.md).
 */
export const largestStoredConstant = 2 ** 22

/** Above this many entries a uniform constant is expanded by the runtime instead of stored. */
const storedUniformEntries = 64

export function elementType(dtype: ElementType, precision: Precision): OnnxType {
  if (dtype === 'float32') return precision === 'float64' ? onnxType.double : onnxType.float
  return onnxType[dtype]
}

/** Names of graph inputs and outputs in the model; internal names are `v…` and never collide with them. */
export const inputName = (name: string): string => `in:${name}`
export const outputName = (name: string): string => `out:${name}`

export function emitModel(
  name: string,
  precision: Precision,
  inputs: readonly Value[],
  outputs: Readonly<Record<string, Value>>,
  largestStored = largestStoredConstant,
): EmittedModel {
  const results = Object.values(outputs)
  const all = reachable(results)
  const fused = fusedSums(all, results)
  const writer = new Writer(precision, largestStored, fused)
  // Without what only a fused sum read.
  const reached = fused.size === 0 ? all : reachable(results, fused)
  for (const value of reached) writer.define(value)
  for (const [output, value] of Object.entries(outputs)) writer.output(output, value)
  const bytes = modelBytes({
    name,
    nodes: writer.nodes,
    initializers: writer.initializers,
    inputs: [...inputs.map((value) => ({ ...value, name: valueName(value) })), ...writer.shared].map(
      ({ name: input, dtype, shape }) => valueInfo(input, elementType(dtype, precision), shape),
    ),
    outputs: Object.entries(outputs).map(([output, value]) =>
      valueInfo(outputName(output), elementType(value.dtype, precision), value.shape),
    ),
  })
  return { bytes, nodeCount: writer.nodes.length, shared: writer.shared }
}

/** Everything the given values are computed from, oldest first. */
function reachable(values: readonly Value[], fused: ReadonlyMap<Value, Fused> = new Map()): readonly Value[] {
  const seen = new Map<number, Value>()
  const open = [...values]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (seen.has(value.id)) continue
    seen.set(value.id, value)
    if (value.origin.kind === 'node') open.push(...(fused.get(value) ?? value.origin.node).inputs)
  }
  return [...seen.values()].sort((a, b) => a.id - b.id)
}

function valueName(value: Value): string {
  return value.origin.kind === 'input' ? inputName(value.origin.name) : `v${value.id}`
}

class Writer {
  readonly nodes: NodeProto[] = []
  readonly initializers: TensorProto[] = []
  readonly shared: SharedConstant[] = []
  readonly #precision: Precision
  readonly #largestStored: number
  readonly #fused: ReadonlyMap<Value, Fused>
  readonly #written = new Set<RecordedNode>()

  constructor(precision: Precision, largestStored: number, fused: ReadonlyMap<Value, Fused>) {
    this.#fused = fused
    this.#precision = precision
    this.#largestStored = largestStored
  }

  define(value: Value): void {
    const { origin } = value
    if (origin.kind === 'host') this.#host(value, origin.data)
    else if (origin.kind === 'ints') this.initializers.push(int64Tensor(valueName(value), origin.values))
    else if (origin.kind === 'uniform') this.#uniform(value, origin.fill)
    else if (origin.kind === 'node') this.#node(value, origin.node, origin.output)
  }

  output(name: string, value: Value): void {
    this.nodes.push(nodeProto('Identity', [valueName(value)], [outputName(name)]))
  }

  #node(value: Value, node: RecordedNode, output: number): void {
    if (this.#written.has(node)) return
    this.#written.add(node)
    const first = value.id - output
    const outputs = Array.from({ length: node.outputCount }, (_, index) => `v${first + index}`)
    const written = this.#fused.get(value) ?? node
    this.nodes.push(nodeProto(written.op, written.inputs.map(valueName), outputs, this.#attributes(written)))
  }

  #attributes(node: Fused): Attributes {
    const { to } = node.attributes
    if (node.op !== 'Cast' || typeof to !== 'string') return node.attributes
    return { to: elementType(to as ElementType, this.#precision) }
  }

  #host(value: Value, data: TensorData): void {
    const [name, { dtype, shape }] = [valueName(value), value]
    if (data.length > this.#largestStored && dtype !== 'int64') this.shared.push({ name, data, dtype, shape })
    else this.#store(name, dtype, shape, data)
  }

  #uniform(value: Value, fill: number): void {
    const count = size(value.shape)
    const name = valueName(value)
    if (count <= storedUniformEntries) {
      this.#store(name, value.dtype, value.shape, filled(value.dtype, count, fill))
      return
    }
    this.#store(`${name}:fill`, value.dtype, [], filled(value.dtype, 1, fill))
    this.initializers.push(int64Tensor(`${name}:shape`, value.shape))
    this.nodes.push(nodeProto('Expand', [`${name}:fill`, `${name}:shape`], [name]))
  }

  #store(name: string, dtype: ElementType, shape: Shape, data: TensorData | BigInt64Array): void {
    const stored = data instanceof BigInt64Array ? data : storedData(data, dtype, this.#precision)
    this.initializers.push(tensor(name, elementType(dtype, this.#precision), shape, stored))
  }
}

function filled(dtype: ElementType, count: number, fill: number): TensorData | BigInt64Array {
  if (dtype === 'int64') return new BigInt64Array(count).fill(BigInt(fill))
  if (dtype === 'float32') return new Float64Array(count).fill(fill)
  return dtype === 'bool' ? new Uint8Array(count).fill(fill) : new Int32Array(count).fill(fill)
}

/** `data` in the element type the model stores, converted only where it differs. */
export function storedData(data: TensorData, dtype: ElementType, precision: Precision): TensorData {
  if (dtype === 'bool') return data instanceof Uint8Array ? data : Uint8Array.from(data)
  if (dtype !== 'float32') return data instanceof Int32Array ? data : Int32Array.from(data)
  if (precision === 'float64') return data instanceof Float64Array ? data : Float64Array.from(data)
  return data instanceof Float32Array ? data : Float32Array.from(data)
}
