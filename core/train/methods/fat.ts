// Fast adversarial training: one FGSM step from a random start (Wong et al. 2020), with gradient alignment.
import type { TrainMethod } from '../../contract/recipe.ts'
import { scalar } from '../../engine/constant.ts'
import { tf, type Tensor } from '../../engine/tensor.ts'
import { forwardTraining } from '../../nn/forward.ts'
import { crossEntropy } from '../loss.ts'
import { crossEntropyGoal, inputGradient, projectedAscent, randomStart } from './attack.ts'
import { gradientMisalignment } from './grad-align.ts'
import type { Loss, TrainingMethod } from './method.ts'

type Fat = Extract<TrainMethod, { kind: 'fat' }>

/**
 * loss = cross-entropy(f(x'), y) + λ·Ω (spec A.3). With a shared start the attack's gradient is the regulariser's: the
 * program holds it once, because equal nodes are one.
 */
export const fat: TrainingMethod<Fat> = {
  noises: ({ gradAlign, sharedStart }) => (gradAlign === 0 || sharedStart ? 1 : 2),
  dials: () => ({}),
  settled: () => 0,
  parts: ({ gradAlign }) => (gradAlign === 0 ? [] : ['adversarial', 'grad-align']),

  objective({ stepSize, gradAlign, sharedStart }, context) {
    const { network, images, targets, noise } = context
    const goal = crossEntropyGoal(context)
    const adversarial = projectedAscent(context, goal, { steps: 1, stepSize })
    const clean = gradAlign === 0 ? null : inputGradient(context, goal, images)
    const near = (): Tensor =>
      sharedStart ? randomStart(context, noise[0]) : tf.add(images, tf.mul(noise[1], scalar(context.epsilon)))
    return (named): Loss => {
      const { logits, updates } = forwardTraining(network, adversarial, named)
      const loss = crossEntropy(logits, targets)
      if (clean === null) return { value: loss, logits, updates, parts: {} }
      const omega = gradientMisalignment(context, named, clean, near())
      const value = tf.add(loss, tf.mul(omega, scalar(gradAlign)))
      return { value, logits, updates, parts: { adversarial: loss, 'grad-align': omega } }
    }
  },
}
