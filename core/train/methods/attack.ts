// Attacks inside the training step: signed gradient steps from a random start, within the ball and the valid pixels.
import { scalar } from '../../engine/constant.ts'
import { tf, type Tensor } from '../../engine/tensor.ts'
import { forward } from '../../nn/forward.ts'
import { crossEntropySum } from '../loss.ts'
import type { StepContext } from './method.ts'

/** What an attack makes larger: a scalar of the logits [batch, classes]. */
export type AttackGoal = (logits: Tensor) => Tensor

/** The gradient of `goal` in the images `x`, with the network in evaluation (running statistics), as LG's code attacks. */
export function inputGradient({ network, current }: StepContext, goal: AttackGoal, x: Tensor): Tensor {
  return tf.grad((images: Tensor) => goal(forward(network, images, current)))(x)
}

/** The sum of cross-entropies: the gradient of one image does not depend on the others. */
export function crossEntropyGoal({ targets }: StepContext): AttackGoal {
  return (logits) => crossEntropySum(logits, targets)
}

/** Images moved uniformly within ε by `noise`, and clipped to [0, 1]. */
export function randomStart({ images, epsilon }: StepContext, noise: Tensor): Tensor {
  return clipToPixels(tf.add(images, tf.mul(noise, scalar(epsilon))))
}

/** One step of `size`·ε along the sign of the gradient, back into the ball of ε around the images and into [0, 1]. */
export function signStep(context: StepContext, from: Tensor, gradient: Tensor, size: number): Tensor {
  const { images, epsilon } = context
  const delta = tf.add(tf.sub(from, images), tf.mul(tf.sign(gradient), scalar(size * epsilon)))
  return clipToPixels(tf.add(images, clipTo(delta, epsilon)))
}

/** The images after `steps` such steps from a random start (Madry et al. 2018, equation 2.2's inner problem). */
export function projectedAscent(
  context: StepContext,
  goal: AttackGoal,
  { steps, stepSize }: { readonly steps: number; readonly stepSize: number },
): Tensor {
  let x = randomStart(context, context.noise[0])
  for (let step = 0; step < steps; step++) x = signStep(context, x, inputGradient(context, goal, x), stepSize)
  return x
}

function clipTo(delta: Tensor, epsilon: number): Tensor {
  return tf.minimum(tf.maximum(delta, scalar(-epsilon)), scalar(epsilon))
}

function clipToPixels(x: Tensor): Tensor {
  return tf.minimum(tf.maximum(x, scalar(0)), scalar(1))
}
