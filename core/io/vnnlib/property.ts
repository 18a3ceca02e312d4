// A verification property as plain numbers: alternatives of an input box and linear output rows.
import type { Variable } from './variables.ts'

/** Bounds of every input element, flat. */
export interface InputBox {
  readonly lower: Float64Array
  readonly upper: Float64Array
}

/** Row i is coefficients[i·outputs … (i+1)·outputs) · y + offsets[i]. */
export interface ConstraintRows {
  readonly rows: number
  readonly coefficients: Float64Array
  readonly offsets: Float64Array
}

/**
 * One way to violate the property: x in the box and every row ≤ 0 at once. Without rows every point of the box violates it.
 * Alternatives with the same box share the object.
 */
export interface Disjunct {
  readonly box: InputBox
  readonly rows: ConstraintRows
}

/** What a VNN-LIB file says: a counterexample (`sat`) is a point of any one of the disjuncts; with none there is no counterexample. */
export interface VnnlibProperty {
  readonly version: '1.0' | '2.0'
  readonly inputs: readonly Variable[]
  readonly outputs: readonly Variable[]
  readonly inputSize: number
  readonly outputSize: number
  readonly disjuncts: readonly Disjunct[]
}
