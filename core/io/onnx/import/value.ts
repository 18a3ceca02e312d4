// The values of an ONNX graph while it is translated: constants, and signals that are views of network nodes.
import type { Shape } from '../../../nn/index.ts'

/** Numbers known before the network runs. Whole numbers and booleans are float64, exact below 2^53. */
export interface Constant {
  readonly kind: 'constant'
  readonly shape: Shape
  readonly data: Float32Array | Float64Array
  readonly integer: boolean
}

/**
 * A value that depends on the network's input: element k (row-major in the ONNX `shape`, batch axis included) is element
 * `index[k]` of the network node `node`, or element k where `index` is null.
 */
export interface Signal {
  readonly kind: 'signal'
  readonly node: string
  readonly shape: Shape
  readonly index: Int32Array | null
}

export type Value = Constant | Signal

/** A new order of elements: element k of `shape` is element `index[k]` of the source; null keeps the order. */
export interface View {
  readonly shape: Shape
  readonly index: Int32Array | null
}

export function constantOf(shape: Shape, data: Constant['data'], integer = false): Constant {
  return { kind: 'constant', shape, data, integer }
}

export function integers(values: readonly number[]): Constant {
  return constantOf([values.length], Float64Array.from(values), true)
}

/** The value seen through `view`. */
export function viewed(value: Value, { shape, index }: View): Value {
  if (index === null) return { ...value, shape }
  if (value.kind === 'signal') return { ...value, shape, index: composed(value.index, index) }
  const data = value.data instanceof Float32Array ? new Float32Array(index.length) : new Float64Array(index.length)
  for (let k = 0; k < index.length; k++) data[k] = value.data[index[k]]
  return { ...value, shape, data }
}

function composed(inner: Int32Array | null, outer: Int32Array): Int32Array {
  return inner === null ? outer : outer.map((position) => inner[position])
}

/** Whether `index` takes each of `size` elements exactly once. */
export function isPermutation(index: Int32Array, size: number): boolean {
  if (index.length !== size) return false
  const seen = new Uint8Array(size)
  for (const position of index) seen[position] = 1
  return seen.every((mark) => mark === 1)
}

/** The index with its identity replaced by null. */
export function compact(index: Int32Array | null, size: number): Int32Array | null {
  return index !== null && index.length === size && index.every((position, k) => position === k) ? null : index
}
