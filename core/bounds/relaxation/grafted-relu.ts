// Grafted ReLU: exact lines on the mask, which need no bounds, no parameter and no split; ReLU elsewhere (spec C.2).
import { tf, type Tensor } from '../../engine/tensor.ts'
import type { GraftedReluLayer } from '../../nn/index.ts'
import { chord } from './relu.ts'
import type { PreparedRelaxation, Relaxation } from './relaxation.ts'

export const graftedReluRelaxation: Relaxation<GraftedReluLayer> = {
  arrays: ['keep', 'slope', 'intercept'],
  splits: true,
  isLoose: ({ mask }, i, lower, upper) => mask.data[i] === 0 && !(lower >= 0 || upper <= 0),
  initial: ({ mask, slope }, i, lower, upper) => (mask.data[i] === 1 ? slope.data[i] : upper > -lower ? 1 : 0),
  hostArrays: ({ mask, slope, intercept }) => ({
    keep: Float64Array.from(mask.data, (grafted) => 1 - grafted),
    slope: Float64Array.from(slope.data, (value, i) => value * mask.data[i]),
    intercept: Float64Array.from(intercept.data, (value, i) => value * mask.data[i]),
  }),
  prepare: (_layer, lower, upper, { keep, slope, intercept }) => prepareGrafted(lower, upper, keep, slope, intercept),
}

/** `keep`: 1 where the neuron is a ReLU; a and b of the grafted lines, 0 elsewhere. */
function prepareGrafted(lower: Tensor, upper: Tensor, keep: Tensor, a: Tensor, b: Tensor): PreparedRelaxation {
  const { slope, intercept, open } = chord(lower, upper)
  const upperSlope = tf.add(tf.mul(slope, keep), a)
  const loose = tf.mul(open, keep)
  const upperIntercept = tf.add(tf.mul(intercept, keep), b)
  return {
    low: tf.sub(upperSlope, tf.mul(upperSlope, loose)),
    high: tf.add(tf.mul(upperSlope, tf.sub(tf.scalar(1), loose)), loose),
    lines: (parameter) => ({ lowerSlope: parameter, lowerIntercept: b, upperSlope, upperIntercept }),
    gradient: (coefficient, pre) => tf.mul(tf.relu(coefficient), pre),
  }
}
