// Values, minima and mixtures of a property's rows.
import type { OutputRows } from '../../bounds/box.ts'

/** +∞ where there is none. */
export function smallest(values: Float64Array): number {
  return values.reduce((low, value) => Math.min(low, value), Infinity)
}

/** Most of the weight on one row, some on all others: a weight of zero could never grow. */
export function mixtureAround(best: number, rows: number): Float32Array {
  const mix = new Float32Array(rows).fill(rows === 1 ? 1 : 0.2 / (rows - 1))
  if (rows > 1) mix[best] = 0.8
  return mix
}

export function rowValue({ coefficients, offsets }: OutputRows, row: number, outputs: Float32Array): number {
  let value = offsets[row]
  for (let o = 0; o < outputs.length; o++) value += coefficients[row * outputs.length + o] * outputs[o]
  return value
}
