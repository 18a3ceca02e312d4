// Sigmoid with some neurons replaced by lines: y = m (a z + b) + (1 - m) σ(z) (spec A.4, table A9).
import { tf } from '../../engine/tensor.ts'
import { graftedReluRule, type GraftedReluLayer } from './grafted-relu.ts'
import { monotoneInterval } from './interval.ts'
import { noAttributes, type LayerRule, type Parameter, type TensorInterval } from './rule.ts'
import { sigmoidRule } from './sigmoid.ts'

/** `mask` 0 or 1, `slope` a and `intercept` b, each with the shape of the node. */
export interface GraftedSigmoidLayer {
  readonly kind: 'graftedSigmoid'
  readonly mask: Parameter
  readonly slope: Parameter
  readonly intercept: Parameter
}

/** The same lines with ReLUs between them: what both grafted kinds do to neurons that are lines. */
export function linesOfSigmoid(layer: GraftedSigmoidLayer): GraftedReluLayer {
  return { ...layer, kind: 'graftedRelu' }
}

export const graftedSigmoidRule: LayerRule<GraftedSigmoidLayer> = {
  arity: 1,
  slots: graftedReluRule.slots,
  attributes: noAttributes,

  outputShape(layer, inputs, fail) {
    return graftedReluRule.outputShape(linesOfSigmoid(layer), inputs, fail)
  },

  evaluate({ mask, slope, intercept }, inputs, inputShapes, shape) {
    const curve = sigmoidRule.evaluate({ kind: 'sigmoid' }, inputs, inputShapes, shape)
    return curve.map((value, i) => (mask.data[i] === 1 ? slope.data[i] * inputs[0][i] + intercept.data[i] : value))
  },

  forward(_layer, [z], { mask, slope, intercept }) {
    const line = tf.mul(mask, tf.add(tf.mul(slope, z), intercept))
    return tf.add(line, tf.mul(tf.sub(1, mask), tf.sigmoid(z)))
  },

  interval(_layer, [box], { mask, slope, intercept }) {
    const curve = monotoneInterval(box, tf.sigmoid)
    const grafted = tf.mul(mask, slope)
    const rising = tf.relu(grafted)
    const falling = tf.sub(grafted, rising)
    const bound = (side: 'lower' | 'upper', other: keyof TensorInterval) =>
      tf.add(
        tf.add(tf.mul(box[side], rising), tf.mul(box[other], falling)),
        tf.add(tf.mul(tf.sub(1, mask), curve[side]), tf.mul(mask, intercept)),
      )
    return { lower: bound('lower', 'upper'), upper: bound('upper', 'lower') }
  },
}
