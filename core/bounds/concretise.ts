// The end of a backward pass: the minimum over the box of the linear function it arrived at, and where it is taken.
import { tf, type Tensor } from '../engine/tensor.ts'
import type { BackwardResult } from './backward.ts'

/** A box as centre and radius, [1, inputs] each. */
export interface BoxTensors {
  readonly centre: Tensor
  readonly radius: Tensor
}

/** Minimum over the box, without the offset of the rows, [rows]. */
export function concretise({ input, choices, constant }: BackwardResult, { centre, radius }: BoxTensors): Tensor {
  const least = tf.sub(tf.matMul(input, centre, false, true), tf.matMul(tf.abs(input), radius, false, true))
  let bound = tf.add(tf.reshape(least, [-1]), constant)
  for (const { coefficient, intercept } of choices.values())
    bound = tf.add(bound, tf.sum(tf.mul(coefficient, intercept), 1))
  return bound
}

/** Where the minimum is taken, [rows, inputs]. */
export function minimiser({ input }: BackwardResult, { centre, radius }: BoxTensors): Tensor {
  return tf.sub(centre, tf.mul(tf.sign(input), radius))
}

/** Σ of the absolute values of everything `concretise` adds up, and of the rows' offsets, [rows]. */
export function roundingScale(
  { input, choices, scale }: BackwardResult,
  { centre, radius }: BoxTensors,
  offset: Tensor,
): Tensor {
  const magnitude = tf.add(tf.abs(centre), radius)
  const inputs = tf.reshape(tf.matMul(tf.abs(input), magnitude, false, true), [-1])
  let sum = tf.add(inputs, tf.add(scale, tf.abs(offset)))
  for (const { coefficient, intercept } of choices.values())
    sum = tf.add(sum, tf.sum(tf.abs(tf.mul(coefficient, intercept)), 1))
  return sum
}
