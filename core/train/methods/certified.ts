// Certified training: the cross-entropy of proved worst-case margins, by intervals or by CROWN over intervals.
import type { TrainMethod } from '../../contract/recipe.ts'
import { scalar } from '../../engine/constant.ts'
import { tf, type Tensor } from '../../engine/tensor.ts'
import { countNeurons } from '../../nn/counts.ts'
import { forwardIntervals, forwardTraining, type NamedTensors } from '../../nn/forward.ts'
import type { TensorInterval } from '../../nn/layer.ts'
import { ballOf } from '../ball.ts'
import { crossEntropy } from '../loss.ts'
import { reluInstability } from '../relu-stability.ts'
import { crownMargins } from './crown-margins.ts'
import { intervalMargins } from './interval-margins.ts'
import type { Loss, Progress, StepContext, TrainingMethod } from './method.ts'

type Certified = Extract<TrainMethod, { kind: 'ibp' | 'crown-ibp' }>
type Intervals = Readonly<Record<string, TensorInterval>>

/** Lower bounds [batch, classes] of logit(label) − logit(k) over the ball; 0 where k is the label. */
type Margins = (context: StepContext, named: NamedTensors, intervals: Intervals) => Tensor

/** How far ε has grown, 0 to 1. */
export function rampOf({ cleanEpochs, rampEpochs }: Certified, epochs: number): number {
  if (epochs < cleanEpochs) return 0
  return rampEpochs === 0 ? 1 : Math.min(1, (epochs - cleanEpochs) / rampEpochs)
}

function dialsOf(method: Certified, { epochs, epsilon }: Progress): Record<string, number> {
  const ramp = rampOf(method, epochs)
  return {
    epsilon: epsilon * ramp,
    clean: 1 - (1 - method.cleanShare) * ramp,
    crown: 1 - ramp,
    stability: method.stability * (1 - ramp),
  }
}

/** loss = κ CE(f(x), y) + (1 − κ) CE(−margins, y), and while ε grows the mean ReLU-stability of the same intervals. */
function certified<M extends Certified>(margins: Margins): TrainingMethod<M> {
  return {
    noises: () => 0,
    dials: dialsOf,
    settled: ({ cleanEpochs, rampEpochs }) => cleanEpochs + rampEpochs,
    parts: ({ stability }) => ['clean', 'certified', ...(stability === 0 ? [] : ['warm-up'])],
    objective:
      ({ stability }, context) =>
      (named): Loss => {
        const { network, images, targets, dials } = context
        const { logits, updates } = forwardTraining(network, images, named)
        const intervals = forwardIntervals(network, ballOf(images, dials.epsilon), named)
        const clean = crossEntropy(logits, targets)
        const worst = crossEntropy(tf.neg(margins(context, named, intervals)), targets)
        const mixed = tf.add(tf.mul(clean, dials.clean), tf.mul(worst, tf.sub(scalar(1), dials.clean)))
        const parts = { clean, certified: worst }
        if (stability === 0) return { value: mixed, logits, updates, parts }
        const neurons = Math.max(1, countNeurons(network))
        const unstable = tf.div(reluInstability(network, intervals, named), scalar(neurons))
        const value = tf.add(mixed, tf.mul(unstable, dials.stability))
        return { value, logits, updates, parts: { ...parts, 'warm-up': unstable } }
      },
  }
}

/** Gowal et al. 2018, with the last layer merged into the margins. */
export const ibp = certified<Extract<TrainMethod, { kind: 'ibp' }>>((context, named, intervals) =>
  intervalMargins(context, named, intervals),
)

/** Zhang et al. 2020: margins are β·CROWN + (1 − β)·IBP, β falling from 1 to 0 while ε grows. */
export const crownIbp = certified<Extract<TrainMethod, { kind: 'crown-ibp' }>>((context, named, intervals) => {
  const { crown } = context.dials
  const byCrown = crownMargins(context, named, intervals)
  const byIntervals = intervalMargins(context, named, intervals)
  return tf.add(tf.mul(byCrown, crown), tf.mul(byIntervals, tf.sub(scalar(1), crown)))
})
