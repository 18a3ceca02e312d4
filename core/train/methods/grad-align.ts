// Gradient alignment (Andriushchenko and Flammarion 2020): input gradients at an image and near it should point the same way.
import { scalar } from '../../engine/constant.ts'
import { tf, type Tensor } from '../../engine/tensor.ts'
import { forward, type NamedTensors } from '../../nn/forward.ts'
import { crossEntropySum } from '../loss.ts'
import type { StepContext } from './method.ts'

/**
 * Ω = 1 − mean over images of cos(∇ₓ at the image, ∇ₓ at `near`) (spec A.3), both [batch, ...]. `clean`, the gradient at the
 * images, is detached; that at `near` is differentiated by the parameters `named`. Images whose gradient is zero at either
 * place are left out of the mean; where all are, Ω is 0.
 */
export function gradientMisalignment(
  { network, targets }: StepContext,
  named: NamedTensors,
  clean: Tensor,
  near: Tensor,
): Tensor {
  const noisy = tf.grad((x: Tensor) => crossEntropySum(forward(network, x, named), targets))(near)
  return misalignment(clean, noisy)
}

/** Gradients shorter than this have no direction in float32: their squares must not vanish in the derivative of a quotient. */
const shortest = 1e-12

/** 1 − mean cosine of the rows of `a`, which is not differentiated, and `b` [batch, ...], of which neither is zero. */
export function misalignment(a: Tensor, b: Tensor): Tensor {
  const batch = a.shape[0]
  const [left, right] = [tf.reshape(a, [batch, -1]), tf.reshape(b, [batch, -1])]
  const [leftSquare, rightSquare] = [tf.sum(tf.square(left), 1), tf.sum(tf.square(right), 1)]
  const long = (square: Tensor): Tensor => tf.cast(tf.greater(square, scalar(shortest ** 2)), 'float32')
  const kept = tf.mul(long(leftSquare), long(rightSquare))
  // Rows left out are divided by about 1 instead.
  const length = (square: Tensor): Tensor => tf.sqrt(tf.add(square, tf.sub(scalar(1), kept)))
  const unit = tf.div(left, tf.expandDims(length(leftSquare), 1))
  const cosines = tf.mul(tf.div(tf.sum(tf.mul(unit, right), 1), length(rightSquare)), kept)
  const count = tf.sum(kept)
  return tf.sub(tf.minimum(count, scalar(1)), tf.div(tf.sum(cosines), tf.maximum(count, scalar(1))))
}
