// Standard training: cross-entropy on the images as they are.
import type { TrainMethod } from '../../contract/recipe.ts'
import { forwardTraining } from '../../nn/forward.ts'
import { crossEntropy } from '../loss.ts'
import type { TrainingMethod } from './method.ts'

export const standard: TrainingMethod<Extract<TrainMethod, { kind: 'standard' }>> = {
  noises: () => 0,
  dials: () => ({}),
  settled: () => 0,
  parts: () => [],
  objective:
    (_method, { network, images, targets }) =>
    (named) => {
      const { logits, updates } = forwardTraining(network, images, named)
      return { value: crossEntropy(logits, targets), logits, updates, parts: {} }
    },
}
