// One step of projected gradient descent on many images at once, as a program: logits before the step, points after it.
import { scalar } from '../engine/constant.ts'
import type { Engine, Program } from '../engine/engine.ts'
import { tf, type Tensor } from '../engine/tensor.ts'
import { forward } from '../nn/forward.ts'
import type { Network } from '../nn/network.ts'
import { networkHash } from '../nn/serialize.ts'

/** Candidates per run. */
export const candidateBatch = 250

/** Share of the old gradient that the running mean keeps: Adam's first moment, whose sign is that of its update. */
const momentum = 0.9
/** Takes the label out of the largest logit. */
const far = 1e9

export type PgdProgram = Program<
  'points' | 'mean' | 'lower' | 'upper' | 'targets' | 'wanted' | 'step',
  'logits' | 'next' | 'nextMean'
>

/**
 * `points`, `mean`, `lower`, `upper` [candidateBatch, ...inputShape]; one-hot `targets` (labels) and `wanted` (classes
 * pushed up, with `everyClass`) [candidateBatch, classes]; `step` [1] in pixel units. The margin wanted or largest wrong
 * logit − label's logit rises.
 */
export function compilePgdStep(
  engine: Engine,
  network: Network,
  classes: number,
  everyClass: boolean,
): Promise<PgdProgram> {
  const images = { shape: [candidateBatch, ...network.inputShape] }
  const rows = { shape: [candidateBatch, classes] }
  return engine.compile({
    name: `PGD on ${network.name}`,
    key: `pgd ${networkHash(network)} ${everyClass}`,
    inputs: {
      points: images,
      mean: images,
      lower: images,
      upper: images,
      targets: rows,
      wanted: rows,
      step: { shape: [1] },
    },
    build: ({ points, mean, lower, upper, targets, wanted, step }) => {
      const margin = (x: Tensor): Tensor => {
        const logits = forward(network, x)
        const rival = everyClass
          ? tf.sum(tf.mul(logits, wanted))
          : tf.sum(tf.max(tf.sub(logits, tf.mul(targets, scalar(far))), 1))
        return tf.sub(rival, tf.sum(tf.mul(logits, targets)))
      }
      const gradient = tf.grad(margin)(points)
      const nextMean = tf.add(tf.mul(mean, scalar(momentum)), tf.mul(gradient, scalar(1 - momentum)))
      const moved = tf.add(points, tf.mul(tf.sign(nextMean), step))
      return { logits: forward(network, points), next: tf.minimum(tf.maximum(moved, lower), upper), nextMean }
    },
  })
}
