// Logistic sigmoid: y = 1 / (1 + exp(-x)).
import { tf } from '../../engine/tensor.ts'
import { monotoneInterval } from './interval.ts'
import { type LayerRule, noAttributes } from './rule.ts'

export interface SigmoidLayer {
  readonly kind: 'sigmoid'
}

export const sigmoidRule: LayerRule<SigmoidLayer> = {
  arity: 1,
  slots: [],
  attributes: noAttributes,

  outputShape(_layer, [input]) {
    return input
  },

  evaluate(_layer, [x]) {
    return x.map((value) => 1 / (1 + Math.exp(-value)))
  },

  forward(_layer, [x]) {
    return tf.sigmoid(x)
  },

  interval(_layer, [box]) {
    return monotoneInterval(box, tf.sigmoid)
  },
}
