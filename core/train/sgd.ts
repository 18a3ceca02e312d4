// Stochastic gradient descent with momentum, Nesterov's or plain, and weight decay, exactly as torch.optim.SGD.
import { tf, type Tensor } from '../engine/tensor.ts'

export interface SgdOptions {
  readonly momentum: number
  readonly nesterov: boolean
  readonly weightDecay: number
}

/**
 * One update of flat vectors, inside a program (g gradient, w weights, v velocity, η `rate`):
 * g ← g + decay·w; v ← momentum·v + g; step = g + momentum·v (Nesterov) or v; w ← w − η·step.
 * A velocity of zeros stands for PyTorch's empty buffer: its first step is v = g as well.
 */
export function sgdUpdate(
  options: SgdOptions,
  { weights, velocity, gradient, rate }: { weights: Tensor; velocity: Tensor; gradient: Tensor; rate: Tensor },
): { weights: Tensor; velocity: Tensor } {
  const { momentum, nesterov, weightDecay } = options
  const decayed = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(tf.scalar(weightDecay), weights))
  const moved = momentum === 0 ? decayed : tf.add(tf.mul(tf.scalar(momentum), velocity), decayed)
  const step = nesterov && momentum !== 0 ? tf.add(decayed, tf.mul(tf.scalar(momentum), moved)) : moved
  return { weights: tf.sub(weights, tf.mul(rate, step)), velocity: moved }
}
