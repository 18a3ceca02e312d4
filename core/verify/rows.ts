// Values of output rows at one output vector, in float64.
import type { OutputRows } from '../bounds/box.ts'

/** [rows] values Σ_o coefficients[r, o]·output[o] + offsets[r]. */
export function rowValues({ rows, coefficients, offsets }: OutputRows, output: Float64Array): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = offsets[row]
    for (let o = 0; o < output.length; o++) sum += coefficients[row * output.length + o] * output[o]
    return sum
  })
}
