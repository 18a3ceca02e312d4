// Adversarial training by projected gradient descent (Madry et al. 2018): cross-entropy on the attacked images.
import type { TrainMethod } from '../../contract/recipe.ts'
import { forwardTraining } from '../../nn/forward.ts'
import { crossEntropy } from '../loss.ts'
import { crossEntropyGoal, projectedAscent } from './attack.ts'
import type { TrainingMethod } from './method.ts'

export const pgd: TrainingMethod<Extract<TrainMethod, { kind: 'pgd' }>> = {
  noises: () => 1,
  dials: () => ({}),
  settled: () => 0,
  parts: () => [],
  objective(method, context) {
    const adversarial = projectedAscent(context, crossEntropyGoal(context), method)
    return (named) => {
      const { logits, updates } = forwardTraining(context.network, adversarial, named)
      return { value: crossEntropy(logits, context.targets), logits, updates, parts: {} }
    }
  },
}
