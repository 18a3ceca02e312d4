// TRADES (Zhang et al. 2019): clean cross-entropy plus β times the divergence between clean and attacked predictions.
import type { TrainMethod } from '../../contract/recipe.ts'
import { scalar } from '../../engine/constant.ts'
import { tf, type Tensor } from '../../engine/tensor.ts'
import { forward, forwardTraining } from '../../nn/forward.ts'
import { crossEntropy } from '../loss.ts'
import { projectedAscent } from './attack.ts'
import type { Loss, TrainingMethod } from './method.ts'

/** loss = CE(f(x), y) + β/n Σ KL(p(x) ‖ p(x')), where x' makes the divergence large; running statistics are the clean pass'. */
export const trades: TrainingMethod<Extract<TrainMethod, { kind: 'trades' }>> = {
  noises: () => 1,
  dials: () => ({}),
  settled: () => 0,
  parts: () => ['clean', 'divergence'],

  objective(method, context) {
    const { network, images, targets, current } = context
    const before = forward(network, images, current)
    const attacked = projectedAscent(context, (logits) => divergence(before, logits), method)
    return (named): Loss => {
      const { logits, updates } = forwardTraining(network, images, named)
      const clean = crossEntropy(logits, targets)
      const gap = tf.div(divergence(logits, forwardTraining(network, attacked, named).logits), scalar(logits.shape[0]))
      return {
        value: tf.add(clean, tf.mul(gap, scalar(method.beta))),
        logits,
        updates,
        parts: { clean, divergence: gap },
      }
    }
  },
}

/** Σ over the batch of KL(softmax(p) ‖ softmax(q)); both [batch, classes]. */
export function divergence(p: Tensor, q: Tensor): Tensor {
  const [logP, logQ] = [tf.logSoftmax(p), tf.logSoftmax(q)]
  return tf.sum(tf.mul(tf.exp(logP), tf.sub(logP, logQ)))
}
