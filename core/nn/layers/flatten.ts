// Flatten: any shape to one axis, row-major (channel first).
import { sizeOf, type LayerRule } from './rule.ts'

export interface FlattenLayer {
  readonly kind: 'flatten'
}

export const flattenRule: LayerRule<FlattenLayer> = {
  arity: 1,
  slots: [],

  outputShape(_layer, [input]) {
    return [sizeOf(input)]
  },

  evaluate(_layer, [x]) {
    return x
  },
}
