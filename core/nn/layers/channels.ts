// Layers that act on each channel separately: how their vectors meet tensors of rank 1 and 3.
import { tf, type Tensor } from '../../engine/tensor.ts'
import { affineInterval } from './interval.ts'
import { sizeOf, type Adjoint, type Parameter, type Shape, type TensorInterval } from './rule.ts'

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

/** A vector [channels] shaped to multiply or add to `x` [batch, channels] or [batch, channels, height, width]. */
export function alongChannels(vector: Tensor, x: Tensor): Tensor {
  return tf.reshape(vector, x.rank === 4 ? [1, -1, 1, 1] : [1, -1])
}

/** Interval of y = scale x + shift, per channel. */
export function scaleInterval(box: TensorInterval, scale: Tensor, shift: Tensor): TensorInterval {
  return affineInterval(
    box,
    (centre) => tf.add(tf.mul(centre, scale), shift),
    (radius) => tf.mul(radius, tf.abs(scale)),
  )
}

/** Adjoint of y = scale x + shift, both already along the channels of `outgoing`. */
export function scaleAdjoint(outgoing: Tensor, scale: Tensor, shift: Tensor): Adjoint {
  const constant = tf.sum(tf.reshape(tf.mul(outgoing, shift), [outgoing.shape[0], -1]), 1)
  return { coefficients: [tf.mul(outgoing, scale)], constant }
}
