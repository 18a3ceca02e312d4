// Rectified linear unit: y = max(x, 0).
import type { LayerRule } from './rule.ts'

export interface ReluLayer {
  readonly kind: 'relu'
}

export const reluRule: LayerRule<ReluLayer> = {
  arity: 1,
  slots: [],

  outputShape(_layer, [input]) {
    return input
  },

  evaluate(_layer, [x]) {
    return x.map((value) => Math.max(value, 0))
  },
}
