// Elementwise sum of two nodes of the same shape: the join of a residual block.
import { formatShape, sameShape, type LayerRule } from './rule.ts'

export interface AddLayer {
  readonly kind: 'add'
}

export const addRule: LayerRule<AddLayer> = {
  arity: 2,
  slots: [],

  outputShape(_layer, [left, right], fail) {
    if (!sameShape(left, right)) fail('second input', formatShape(left), right)
    return left
  },

  evaluate(_layer, [left, right]) {
    return left.map((value, i) => value + right[i])
  },
}
