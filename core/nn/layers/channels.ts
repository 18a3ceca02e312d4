// Layers that act on each channel separately: how their vectors meet tensors of rank 1 and 3.
import { sizeOf, type Parameter, type Shape } from './rule.ts'

/** y = scale[c] * x + shift[c] in float64, where c is the feature (rank 1) or the channel (rank 3). */
export function scaleChannels(
  x: Float64Array,
  shape: Shape,
  scale: Parameter['data'],
  shift: Parameter['data'],
): Float64Array {
  const plane = sizeOf(shape) / shape[0]
  const result = new Float64Array(x.length)
  for (let channel = 0, at = 0; channel < shape[0]; channel++) {
    const factor = scale[channel]
    const term = shift[channel]
    for (const end = at + plane; at < end; at++) result[at] = factor * x[at] + term
  }
  return result
}
