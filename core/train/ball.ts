// Interval bounds of every layer over the images of a batch, differentiable in the parameters (spec C.1).
import { tf, type Tensor } from '../engine/tensor.ts'
import { scalar } from '../engine/constant.ts'
import type { TensorInterval } from '../nn/layer.ts'

/** The ball of radius `epsilon` (a scalar tensor) around `images`, within valid pixels. */
export function ballOf(images: Tensor, epsilon: Tensor): TensorInterval {
  return {
    lower: tf.maximum(tf.sub(images, epsilon), scalar(0)),
    upper: tf.minimum(tf.add(images, epsilon), scalar(1)),
  }
}
