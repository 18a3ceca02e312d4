// Rectified linear unit: y = max(x, 0).
import { tf } from '../../engine/tensor.ts'
import { monotoneInterval } from './interval.ts'
import { type LayerRule, noAttributes } from './rule.ts'

export interface ReluLayer {
  readonly kind: 'relu'
}

export const reluRule: LayerRule<ReluLayer> = {
  arity: 1,
  slots: [],
  attributes: noAttributes,

  outputShape(_layer, [input]) {
    return input
  },

  evaluate(_layer, [x]) {
    return x.map((value) => Math.max(value, 0))
  },

  forward(_layer, [x]) {
    return tf.relu(x)
  },

  interval(_layer, [box]) {
    return monotoneInterval(box, tf.relu)
  },
}
