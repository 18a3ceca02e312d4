// ReLU with some neurons replaced by lines: y = m (a z + b) + (1 - m) max(z, 0) (spec A.4).
import { requireParameter, type LayerRule, type Parameter } from './rule.ts'

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
}
