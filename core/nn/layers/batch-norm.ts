// Batch normalisation, per feature (rank 1) or per channel (rank 3), with running statistics for evaluation.
import { z } from 'zod'
import { EspalierError } from '../../contract/errors.ts'
import { scalar } from '../../engine/constant.ts'
import { tf, type Tensor } from '../../engine/tensor.ts'
import { alongChannels, scaleAdjoint, scaleChannels, scaleInterval } from './channels.ts'
import { requireParameter, type AffineLayerRule, type Parameter, type TensorParameters } from './rule.ts'

/** y = gamma (x - mean) / sqrt(variance + epsilon) + beta; every vector has shape [channels]. */
export interface BatchNormLayer {
  readonly kind: 'batchNorm'
  readonly gamma: Parameter
  readonly beta: Parameter
  readonly mean: Parameter
  readonly variance: Parameter
  readonly epsilon: number
}

/** How far one batch moves the running statistics (PyTorch's default). */
const momentum = 0.1

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

export const batchNormRule: AffineLayerRule<BatchNormLayer> = {
  arity: 1,
  slots: [
    { name: 'gamma', role: 'gamma' },
    { name: 'beta', role: 'beta' },
    { name: 'mean', role: null },
    { name: 'variance', role: null },
  ],
  attributes: z.strictObject({ epsilon: z.number() }),

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

  forward(layer, [x], parameters) {
    const { gamma, beta, mean, variance } = parameters
    return normalise(x, tf.sub(x, alongChannels(mean, x)), variance, gamma, beta, layer.epsilon)
  },

  /** Normalises by the batch's biased variance; the running variance moves towards the unbiased one (PyTorch). */
  forwardTraining(layer, [x], { gamma, beta, mean, variance }) {
    const axes = x.rank === 4 ? [0, 2, 3] : [0]
    const count = axes.reduce((product, axis) => product * x.shape[axis], 1)
    if (count < 2) throw singleValue()
    const batchMean = tf.mean(x, axes)
    const centred = tf.sub(x, alongChannels(batchMean, x))
    const batchVariance = tf.mean(tf.square(centred), axes)
    const output = normalise(x, centred, batchVariance, gamma, beta, layer.epsilon)
    const updates = {
      mean: move(mean, batchMean),
      variance: move(variance, tf.mul(batchVariance, scalar(count / (count - 1)))),
    }
    return { output, updates }
  },

  interval(layer, [box], parameters) {
    const { scale, shift } = scaleAndShift(layer, parameters)
    return scaleInterval(box, alongChannels(scale, box.lower), alongChannels(shift, box.lower))
  },

  adjoint(layer, outgoing, parameters) {
    const { scale, shift } = scaleAndShift(layer, parameters)
    return scaleAdjoint(outgoing, alongChannels(scale, outgoing), alongChannels(shift, outgoing))
  },
}

function normalise(x: Tensor, centred: Tensor, variance: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): Tensor {
  const scale = tf.div(gamma, tf.sqrt(tf.add(variance, scalar(epsilon))))
  return tf.add(tf.mul(centred, alongChannels(scale, x)), alongChannels(beta, x))
}

function scaleAndShift({ epsilon }: BatchNormLayer, parameters: TensorParameters): { scale: Tensor; shift: Tensor } {
  const { gamma, beta, mean, variance } = parameters
  const scale = tf.div(gamma, tf.sqrt(tf.add(variance, scalar(epsilon))))
  return { scale, shift: tf.sub(beta, tf.mul(scale, mean)) }
}

function move(running: Tensor, batch: Tensor): Tensor {
  return tf.add(tf.mul(running, scalar(1 - momentum)), tf.mul(batch, scalar(momentum)))
}

function singleValue(): EspalierError {
  return new EspalierError(
    'model/shape',
    'Batch normalisation cannot train on a single value per channel: its variance is not defined.',
    'Use batches of at least two images (drop a last batch of one).',
  )
}
