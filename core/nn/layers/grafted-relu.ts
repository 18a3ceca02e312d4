// ReLU with some neurons replaced by lines: y = m (a z + b) + (1 - m) max(z, 0) (spec A.4).
import { tf, type Tensor } from '../../engine/tensor.ts'
import { requireParameter, type LayerRule, type Parameter, noAttributes } from './rule.ts'

/** `mask` 0 or 1, `slope` a and `intercept` b, each with the shape of the node. Derivative at z = 0 where m = 0 is 1. */
export interface GraftedReluLayer {
  readonly kind: 'graftedRelu'
  readonly mask: Parameter
  readonly slope: Parameter
  readonly intercept: Parameter
}

export const graftedReluRule: LayerRule<GraftedReluLayer> = {
  arity: 1,
  slots: [
    { name: 'mask', role: null },
    { name: 'slope', role: 'slope' },
    { name: 'intercept', role: 'intercept' },
  ],
  attributes: noAttributes,

  outputShape(layer, [input], fail) {
    for (const name of ['mask', 'slope', 'intercept'] as const) requireParameter(name, layer[name], input, fail)
    const bad = layer.mask.data.findIndex((value) => value !== 0 && value !== 1)
    if (bad >= 0) fail('parameter mask', 'only 0 and 1', `${layer.mask.data[bad]} at index ${bad}`)
    return input
  },

  evaluate(layer, [x]) {
    const { mask, slope, intercept } = layer
    return x.map((z, i) => (mask.data[i] === 1 ? slope.data[i] * z + intercept.data[i] : Math.max(z, 0)))
  },

  /** One product, z (m a + (1 - m) [z >= 0]) + m b, whose autodiff is the grafted rule with derivative 1 at z = 0. */
  forward(_layer, [z], { mask, slope, intercept }) {
    const active = tf.sub(1, tf.step(tf.neg(z)))
    const factor = tf.add(tf.mul(mask, slope), tf.mul(tf.sub(1, mask), active))
    return tf.add(tf.mul(z, factor), tf.mul(mask, intercept))
  },

  interval(_layer, [{ lower, upper }], { mask, slope, intercept }) {
    const grafted = tf.mul(mask, slope)
    const kept = tf.sub(1, mask)
    const offset = tf.mul(mask, intercept)
    const rising = tf.relu(grafted)
    const falling = tf.sub(grafted, rising)
    const bound = (near: Tensor, far: Tensor): Tensor =>
      tf.add(tf.add(tf.mul(near, rising), tf.mul(far, falling)), tf.add(tf.mul(kept, tf.relu(near)), offset))
    return { lower: bound(lower, upper), upper: bound(upper, lower) }
  },
}
