// Fixed per-channel affine map: input normalisation inside the network, so that epsilon stays in pixel units.
import { scaleChannels } from './channels.ts'
import { requireParameter, type LayerRule, type Parameter } from './rule.ts'

/** y = scale[c] x + shift[c], per channel (rank 3) or feature (rank 1); both vectors have shape [channels]. */
export interface AffineLayer {
  readonly kind: 'affine'
  readonly scale: Parameter
  readonly shift: Parameter
}

export const affineRule: LayerRule<AffineLayer> = {
  arity: 1,
  slots: [
    { name: 'scale', role: null },
    { name: 'shift', role: null },
  ],

  outputShape(layer, [input], fail) {
    if (input.length !== 1 && input.length !== 3) fail('input', 'rank 1 or 3', input)
    requireParameter('scale', layer.scale, [input[0]], fail)
    requireParameter('shift', layer.shift, [input[0]], fail)
    return input
  },

  evaluate(layer, [x], _inputShapes, shape) {
    return scaleChannels(x, shape, layer.scale.data, layer.shift.data)
  },
}
