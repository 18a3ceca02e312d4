// The total registry of relaxations: an activation kind without one does not compile.
import type { ActivationKind, LayerOf } from '../../nn/index.ts'
import { graftedReluRelaxation } from './grafted-relu.ts'
import { graftedSigmoidRelaxation } from './grafted-sigmoid.ts'
import { reluRelaxation } from './relu.ts'
import type { Relaxation } from './relaxation.ts'
import { sigmoidRelaxation } from './sigmoid.ts'

export const relaxations: { readonly [K in ActivationKind]: Relaxation<LayerOf<K>> } = {
  relu: reluRelaxation,
  graftedRelu: graftedReluRelaxation,
  graftedSigmoid: graftedSigmoidRelaxation,
  sigmoid: sigmoidRelaxation,
}

/** The relaxation of a layer's own kind. The cast is safe because the key is the layer's kind. */
export function relaxationOf(layer: LayerOf<ActivationKind>): Relaxation<LayerOf<ActivationKind>> {
  return relaxations[layer.kind]
}
