// Batch normalisation, per feature (rank 1) or per channel (rank 3), with running statistics for evaluation.
import { requireParameter, type LayerRule, type Parameter } from './rule.ts'
import { scaleChannels } from './channels.ts'

/** y = gamma (x - mean) / sqrt(variance + epsilon) + beta; every vector has shape [channels]. */
export interface BatchNormLayer {
  readonly kind: 'batchNorm'
  readonly gamma: Parameter
  readonly beta: Parameter
  readonly mean: Parameter
  readonly variance: Parameter
  readonly epsilon: number
}

/** The same map as y = scale x + shift, computed in float64 (spec A.8: s = gamma / sqrt(var + eps)). */
export function batchNormAffine(layer: BatchNormLayer): { scale: Float64Array; shift: Float64Array } {
  const channels = layer.gamma.data.length
  const scale = new Float64Array(channels)
  const shift = new Float64Array(channels)
  for (let c = 0; c < channels; c++) {
    scale[c] = layer.gamma.data[c] / Math.sqrt(layer.variance.data[c] + layer.epsilon)
    shift[c] = layer.beta.data[c] - scale[c] * layer.mean.data[c]
  }
  return { scale, shift }
}

export const batchNormRule: LayerRule<BatchNormLayer> = {
  arity: 1,
  slots: [
    { name: 'gamma', role: 'gamma' },
    { name: 'beta', role: 'beta' },
    { name: 'mean', role: null },
    { name: 'variance', role: null },
  ],

  outputShape(layer, [input], fail) {
    if (input.length !== 1 && input.length !== 3) fail('input', 'rank 1 or 3', input)
    for (const name of ['gamma', 'beta', 'mean', 'variance'] as const) {
      requireParameter(name, layer[name], [input[0]], fail)
    }
    if (!(layer.epsilon >= 0 && Number.isFinite(layer.epsilon))) {
      fail('epsilon', 'a finite number of at least 0', `${layer.epsilon}`)
    }
    return input
  },

  evaluate(layer, [x], _inputShapes, shape) {
    const { scale, shift } = batchNormAffine(layer)
    return scaleChannels(x, shape, scale, shift)
  },
}
