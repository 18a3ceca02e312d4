// The arrays that programs of either precision take.
import type { Precision } from '../engine/engine.ts'

export type Floats = Float32Array | Float64Array

/** Zeros. */
export function floats(precision: Precision, size: number): Floats {
  return precision === 'float64' ? new Float64Array(size) : new Float32Array(size)
}

/** Rounded to nearest where the precision wants it; an array that has it already stays the same. */
export function inPrecision(precision: Precision, values: Floats): Floats {
  if (precision === 'float64') return values instanceof Float64Array ? values : Float64Array.from(values)
  return values instanceof Float32Array ? values : new Float32Array(values)
}

/** Zeros in the precision of `values`. */
export function like<Numbers extends Floats>(values: Numbers, size: number): Numbers {
  return (values instanceof Float64Array ? new Float64Array(size) : new Float32Array(size)) as Numbers
}
