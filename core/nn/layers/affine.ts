// Fixed per-channel affine map: input normalisation inside the network, so that epsilon stays in pixel units.
import { tf } from '../../engine/tensor.ts'
import { alongChannels, scaleAdjoint, scaleChannels, scaleInterval } from './channels.ts'
import { requireParameter, type AffineLayerRule, type Parameter, noAttributes } from './rule.ts'

/** y = scale[c] x + shift[c], per channel (rank 3) or feature (rank 1); both vectors have shape [channels]. */
export interface AffineLayer {
  readonly kind: 'affine'
  readonly scale: Parameter
  readonly shift: Parameter
}

export const affineRule: AffineLayerRule<AffineLayer> = {
  arity: 1,
  slots: [
    { name: 'scale', role: null },
    { name: 'shift', role: null },
  ],
  attributes: noAttributes,

  outputShape(layer, [input], fail) {
    if (input.length !== 1 && input.length !== 3) fail('input', 'rank 1 or 3', input)
    requireParameter('scale', layer.scale, [input[0]], fail)
    requireParameter('shift', layer.shift, [input[0]], fail)
    return input
  },

  evaluate(layer, [x], _inputShapes, shape) {
    return scaleChannels(x, shape, layer.scale.data, layer.shift.data)
  },

  forward(_layer, [x], { scale, shift }) {
    return tf.add(tf.mul(x, alongChannels(scale, x)), alongChannels(shift, x))
  },

  interval(_layer, [box], { scale, shift }) {
    return scaleInterval(box, alongChannels(scale, box.lower), alongChannels(shift, box.lower))
  },

  adjoint(_layer, outgoing, { scale, shift }) {
    return scaleAdjoint(outgoing, alongChannels(scale, outgoing), alongChannels(shift, outgoing))
  },
}
