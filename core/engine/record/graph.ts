// The program being recorded: values and nodes in order of creation, equal ones shared.
import type { Attributes } from '../onnx/model.ts'
import type { Precision, TensorData, TensorType } from '../program.ts'
import { size } from './value.ts'
import type { ElementType, Origin, RecordedNode, Shape, Value } from './value.ts'

export interface OutputSpec {
  readonly shape: Shape
  readonly dtype: ElementType
}

/** Makes values; the same node of the same inputs, the same host array and the same number are made once. */
export class Graph {
  readonly precision: Precision
  /** Channels in a block of the runtime's layout of images (`blocks.ts`); null where it has none. */
  readonly block: number | null
  #nextId = 0
  readonly #known = new Map<string, readonly Value[]>()
  readonly #hosts = new Map<TensorData, Value[]>()

  constructor(precision: Precision, block: number | null = null) {
    this.precision = precision
    this.block = precision === 'float32' ? block : null
  }

  input(name: string, shape: Shape, dtype: TensorType): Value {
    return this.#make(shape, dtype, { kind: 'input', name })
  }

  /** A constant of the program: `data` is read when the program is compiled and must not change. */
  host(data: TensorData, shape: Shape, dtype: TensorType): Value {
    const versions = this.#hosts.get(data) ?? []
    const key = `${dtype}:${shape.join()}`
    const known = versions.find((value) => `${value.dtype}:${value.shape.join()}` === key)
    if (known !== undefined) return known
    const value = this.#make(shape, dtype, { kind: 'host', data })
    this.#hosts.set(data, [...versions, value])
    return value
  }

  /** A one-dimensional int64 constant. */
  ints(values: readonly number[]): Value {
    return this.#once(`ints:${values.join()}`, () => [
      this.#make([values.length], 'int64', { kind: 'ints', values: [...values] }),
    ])
  }

  /** The number `fill` in every entry. */
  uniform(fill: number, shape: Shape, dtype: ElementType): Value {
    const sign = Object.is(fill, -0) ? '-' : ''
    return this.#once(`uniform:${sign}${fill}:${dtype}:${shape.join()}`, () => [
      this.#make(shape, dtype, { kind: 'uniform', fill }),
    ])
  }

  /** A node with one output. */
  node(op: string, inputs: readonly Value[], shape: Shape, dtype: ElementType, attributes: Attributes = {}): Value {
    return only(this.nodes(op, inputs, [{ shape, dtype }], attributes))
  }

  nodes(
    op: string,
    inputs: readonly Value[],
    outputs: readonly OutputSpec[],
    attributes: Attributes = {},
  ): readonly Value[] {
    const key = `${op}:${inputs.map((input) => input.id).join()}:${JSON.stringify(attributes)}:${outputs.length}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const node: RecordedNode = { op, inputs, attributes, outputCount: outputs.length }
    const made = outputs.map(({ shape, dtype }, output) => this.#make(shape, dtype, { kind: 'node', node, output }))
    this.#known.set(key, made)
    return made
  }

  #once(key: string, make: () => readonly Value[]): Value {
    const known = this.#known.get(key) ?? make()
    this.#known.set(key, known)
    return only(known)
  }

  #make(shape: Shape, dtype: ElementType, origin: Origin): Value {
    const id = this.#nextId
    this.#nextId += 1
    const varies =
      origin.kind === 'input' || (origin.kind === 'node' && origin.node.inputs.some((input) => input.varies))
    return Object.freeze({ id, shape: Object.freeze([...shape]), dtype, origin, varies })
  }
}

function only(values: readonly Value[]): Value {
  const value = values.at(0)
  if (value === undefined) throw new RangeError('a recorded node has no output')
  return value
}

/** The array behind a host constant or the number behind a uniform one, spelt out; null for what is computed. */
export function knownValues(value: Value): TensorData | null {
  if (value.origin.kind === 'host') return value.origin.data
  if (value.origin.kind !== 'uniform') return null
  const count = size(value.shape)
  if (value.dtype === 'float32') return new Float64Array(count).fill(value.origin.fill)
  return value.dtype === 'bool'
    ? new Uint8Array(count).fill(value.origin.fill)
    : new Int32Array(count).fill(value.origin.fill)
}
