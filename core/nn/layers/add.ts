// Elementwise sum of two nodes of the same shape: the join of a residual block.
import { tf } from '../../engine/tensor.ts'
import { formatShape, sameShape, type AffineLayerRule, noAttributes } from './rule.ts'

export interface AddLayer {
  readonly kind: 'add'
}

export const addRule: AffineLayerRule<AddLayer> = {
  arity: 2,
  slots: [],
  attributes: noAttributes,

  outputShape(_layer, [left, right], fail) {
    if (!sameShape(left, right)) fail('second input', formatShape(left), right)
    return left
  },

  evaluate(_layer, [left, right]) {
    return left.map((value, i) => value + right[i])
  },

  forward(_layer, [left, right]) {
    return tf.add(left, right)
  },

  interval(_layer, [left, right]) {
    return { lower: tf.add(left.lower, right.lower), upper: tf.add(left.upper, right.upper) }
  },

  adjoint(_layer, outgoing) {
    return { coefficients: [outgoing, outgoing], constant: tf.zeros([outgoing.shape[0]]) }
  },
}
