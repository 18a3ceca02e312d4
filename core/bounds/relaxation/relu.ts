// ReLU: the chord above, a line through the origin of slope α below; exact where the sign is known (spec C.2).
import { tf, type Tensor } from '../../engine/tensor.ts'
import type { ReluLayer } from '../../nn/index.ts'
import type { PreparedRelaxation, Relaxation } from './relaxation.ts'

/** Keeps the division of the chord's slope away from 0/0; what it takes off a slope is covered by the floor of rounding.ts. */
const TINY = 1e-32

export const reluRelaxation: Relaxation<ReluLayer> = {
  arrays: [],
  splits: true,
  isLoose: (_layer, _i, lower, upper) => !(lower >= 0 || upper <= 0),
  initial: (_layer, _i, lower, upper) => (upper > -lower ? 1 : 0),
  hostArrays: () => ({}),
  prepare: (_layer, lower, upper) => prepareRelu(lower, upper),
}

/** The chord of each neuron and whether its sign is open. */
export function chord(lower: Tensor, upper: Tensor): { slope: Tensor; intercept: Tensor; open: Tensor } {
  const above = tf.relu(upper)
  const below = tf.relu(tf.neg(lower))
  const slope = tf.div(above, tf.maximum(tf.add(above, below), tf.scalar(TINY)))
  const open = tf.cast(tf.logicalAnd(tf.less(lower, tf.scalar(0)), tf.greater(upper, tf.scalar(0))), 'float32')
  return { slope, intercept: tf.mul(below, slope), open }
}

function prepareRelu(lower: Tensor, upper: Tensor): PreparedRelaxation {
  const { slope, intercept, open } = chord(lower, upper)
  return {
    low: tf.sub(slope, tf.mul(slope, open)),
    high: tf.maximum(slope, open),
    lines: (parameter) => ({
      lowerSlope: parameter,
      lowerIntercept: null,
      upperSlope: slope,
      upperIntercept: intercept,
    }),
    gradient: (coefficient, pre) => tf.mul(tf.relu(coefficient), pre),
  }
}
