// Stochastic gradient descent with momentum, Nesterov's or plain, and weight decay, exactly as torch.optim.SGD.
import { tf, type Tensor } from '../engine/tensor.ts'
import type { ParameterGroup } from './groups.ts'

export interface SgdOptions {
  readonly momentum: number
  readonly nesterov: boolean
  readonly weightDecay: number
}

/** Flat vectors of one length, and the rate [1]. */
export interface SgdTensors {
  readonly weights: Tensor
  readonly velocity: Tensor
  readonly gradient: Tensor
  readonly rate: Tensor
}

type Updated = Pick<SgdTensors, 'weights' | 'velocity'>

/**
 * One update of flat vectors, inside a program (g gradient, w weights, v velocity, η `rate`):
 * g ← g + decay·w; v ← momentum·v + g; step = g + momentum·v (Nesterov) or v; w ← w − η·step.
 * A velocity of zeros stands for PyTorch's empty buffer: its first step is v = g as well.
 */
export function sgdUpdate(options: SgdOptions, { weights, velocity, gradient, rate }: SgdTensors): Updated {
  const { momentum, nesterov, weightDecay } = options
  const decayed = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(tf.scalar(weightDecay), weights))
  const moved = momentum === 0 ? decayed : tf.add(tf.mul(tf.scalar(momentum), velocity), decayed)
  const step = nesterov && momentum !== 0 ? tf.add(decayed, tf.mul(tf.scalar(momentum), moved)) : moved
  return { weights: tf.sub(weights, tf.mul(rate, step)), velocity: moved }
}

/** The update of every group with its own rate and decay; a group of rate 0 stays as it is. */
export function sgdUpdateGroups(
  options: Omit<SgdOptions, 'weightDecay'>,
  groups: readonly ParameterGroup[],
  tensors: SgdTensors,
): Updated {
  const updated = groups.map((group): Updated => {
    const own = groups.length === 1 ? tensors : stretch(tensors, group)
    if (group.rate === 0) return own
    const rate = group.rate === 1 ? tensors.rate : tf.mul(tensors.rate, tf.scalar(group.rate))
    return sgdUpdate({ ...options, weightDecay: group.weightDecay }, { ...own, rate })
  })
  if (updated.length === 1) return updated[0]
  const joined = (part: keyof Updated): Tensor => tf.concat(updated.map((one) => one[part]), 0) // prettier-ignore
  return { weights: joined('weights'), velocity: joined('velocity') }
}

function stretch({ weights, velocity, gradient, rate }: SgdTensors, { offset, size }: ParameterGroup): SgdTensors {
  const cut = (flat: Tensor): Tensor => tf.slice(flat, [offset], [size])
  return { weights: cut(weights), velocity: cut(velocity), gradient: cut(gradient), rate }
}
