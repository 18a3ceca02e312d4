// Arrays in Fortran order, first index fastest, as row-major ones: what `numpy.asfortranarray` saves.
import type { Numbers } from '../pixels.ts'

/** `values` of an array of `shape`, column-major; the result is row-major and of the same type. */
export function toRowMajor(values: Numbers, shape: readonly number[]): Numbers {
  if (shape.length < 2) return values
  const result = values.slice()
  const strides = shape.map((_, d) => shape.slice(0, d).reduce((product, extent) => product * extent, 1))
  const index = shape.map(() => 0)
  let from = 0
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from]
    // The next index in row-major order: the last counts first, and carries to those before it.
    for (let d = shape.length - 1; d >= 0; d--) {
      from += strides[d]
      index[d] += 1
      if (index[d] < shape[d]) break
      from -= strides[d] * shape[d]
      index[d] = 0
    }
  }
  return result
}
