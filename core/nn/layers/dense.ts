// Dense layer: y = W x + b.
import { tf } from '../../engine/tensor.ts'
import { affineInterval } from './interval.ts'
import { requireParameter, type AffineLayerRule, type Parameter, noAttributes } from './rule.ts'

/** `weight` [out, in], `bias` [out]; input [in], output [out]. */
export interface DenseLayer {
  readonly kind: 'dense'
  readonly weight: Parameter
  readonly bias: Parameter
}

export const denseRule: AffineLayerRule<DenseLayer> = {
  arity: 1,
  slots: [
    { name: 'weight', role: 'weight' },
    { name: 'bias', role: 'bias' },
  ],
  attributes: noAttributes,

  outputShape(layer, [input], fail) {
    const [out, features] = layer.weight.shape
    if (layer.weight.shape.length !== 2) fail('parameter weight', 'out×in', layer.weight.shape)
    if (input.length !== 1 || input[0] !== features) fail('input', `${features}`, input)
    requireParameter('bias', layer.bias, [out], fail)
    return [out]
  },

  evaluate(layer, [x], _inputShapes, [out]) {
    const weight = layer.weight.data
    const result = new Float64Array(out)
    for (let row = 0, at = 0; row < out; row++) {
      let sum = 0
      for (let column = 0; column < x.length; column++) sum += weight[at++] * x[column]
      result[row] = sum + layer.bias.data[row]
    }
    return result
  },

  forward(_layer, [x], { weight, bias }) {
    return tf.add(tf.matMul(x, weight, false, true), bias)
  },

  interval(layer, [box], { weight, bias }) {
    return affineInterval(
      box,
      (centre) => denseRule.forward(layer, [centre], { weight, bias }),
      (radius) => tf.matMul(radius, tf.abs(weight), false, true),
    )
  },

  adjoint(_layer, outgoing, { weight, bias }) {
    const constant = tf.matMul(outgoing, tf.reshape(bias, [-1, 1]))
    return { coefficients: [tf.matMul(outgoing, weight)], constant: tf.reshape(constant, [-1]) }
  },
}
