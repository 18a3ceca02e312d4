// A parity case: one use of a kernel, with the inputs it is tried on and how often it can be differentiated.
import type { TensorData, TensorType } from '../../../core/engine/engine.ts'
import type { Tensor } from '../../../core/engine/tensor.ts'

export interface CaseInput {
  readonly shape: readonly number[]
  readonly dtype?: TensorType
  readonly data: TensorData
}

export interface ParityCase {
  readonly title: string
  readonly inputs: Readonly<Record<string, CaseInput>>
  /** The kernel's outputs; every attribute appears in some case. */
  readonly run: (inputs: Readonly<Record<string, Tensor>>) => readonly Tensor[]
  /** How many derivatives TensorFlow.js has; 0 for kernels that are not differentiable. */
  readonly order: 0 | 1 | 2
  /** Which inputs derivatives are taken in; all of them by default. */
  readonly variables?: readonly string[]
  /** The kernel has no float64 implementation (stated where it is recorded). */
  readonly float32Only?: boolean
  /** Relative to the largest entry of the output; default 2e-5. */
  readonly tolerance?: number
}

/** `count` different numbers spread over [low, high], never two alike and never exactly in the middle: no ties, no kinks. */
export function spread(count: number, low = -2, high = 2, first = 0): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => {
    const part = ((first + index + 1) * 0.6180339887498949) % 1
    return low + (high - low) * (0.5 + 0.98 * (part - 0.5))
  })
}

export function floats(shape: readonly number[], low = -2, high = 2, first = 0): CaseInput {
  return { shape, data: spread(area(shape), low, high, first) }
}

export function ints(shape: readonly number[], values: readonly number[]): CaseInput {
  return { shape, dtype: 'int32', data: Int32Array.from(values) }
}

export function bools(shape: readonly number[], values: readonly number[]): CaseInput {
  return { shape, dtype: 'bool', data: Uint8Array.from(values) }
}

export function area(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1)
}

/** Gives every case of a table its type and keeps the names of the kernels. */
export function parityTable<K extends string>(table: Record<K, readonly ParityCase[]>): typeof table {
  return table
}
