// Interval arithmetic on tensors shared by the layers: centre and radius, and monotone maps.
import { tf, type Tensor } from '../../engine/tensor.ts'
import type { TensorInterval } from './rule.ts'

/** Image of a box under an affine map: `map` on the centre, `absolute` (the linear part in absolute values) on the radius. */
export function affineInterval(
  { lower, upper }: TensorInterval,
  map: (centre: Tensor) => Tensor,
  absolute: (radius: Tensor) => Tensor,
): TensorInterval {
  const centre = map(tf.mul(tf.add(lower, upper), 0.5))
  const radius = absolute(tf.mul(tf.sub(upper, lower), 0.5))
  return { lower: tf.sub(centre, radius), upper: tf.add(centre, radius) }
}

/** Image of a box under a map that never decreases in any coordinate. */
export function monotoneInterval({ lower, upper }: TensorInterval, map: (x: Tensor) => Tensor): TensorInterval {
  return { lower: map(lower), upper: map(upper) }
}
