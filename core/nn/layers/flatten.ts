// Flatten: any shape to one axis, row-major (channel first).
import { tf, type Tensor } from '../../engine/tensor.ts'
import { monotoneInterval } from './interval.ts'
import { sizeOf, type AffineLayerRule, noAttributes } from './rule.ts'

export interface FlattenLayer {
  readonly kind: 'flatten'
}

export const flattenRule: AffineLayerRule<FlattenLayer> = {
  arity: 1,
  slots: [],
  attributes: noAttributes,

  outputShape(_layer, [input]) {
    return [sizeOf(input)]
  },

  evaluate(_layer, [x]) {
    return x
  },

  forward(_layer, [x]) {
    return flattenRows(x)
  },

  interval(_layer, [box]) {
    return monotoneInterval(box, flattenRows)
  },

  adjoint(_layer, outgoing, _parameters, [input]) {
    const rows = outgoing.shape[0]
    return { coefficients: [tf.reshape(outgoing, [rows, ...input])], constant: tf.zeros([rows]) }
  },
}

function flattenRows(x: Tensor): Tensor {
  return tf.reshape(x, [x.shape[0], -1])
}
