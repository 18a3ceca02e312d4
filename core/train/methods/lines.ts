// Two lines around an activation on interval bounds, differentiable in the bounds: what CROWN-IBP pulls back through.
import { scalar } from '../../engine/constant.ts'
import { tf, type Tensor } from '../../engine/tensor.ts'
import type { ActivationKind, LayerOf, TensorInterval, TensorParameters } from '../../nn/layer.ts'

/** lowerSlope·z + lowerIntercept ≤ φ(z) ≤ upperSlope·z + upperIntercept on the bounds; each [batch, ...shape]. */
export interface TrainingLines {
  readonly lowerSlope: Tensor
  readonly lowerIntercept: Tensor
  readonly upperSlope: Tensor
  readonly upperIntercept: Tensor
}

/** Narrower bounds count as this wide: a quotient's derivative squares its divisor. */
const narrowest = 1e-12

/** ReLU and grafted ReLU by chord and the nearer of 0 and 1 (spec C.2); sigmoid by the constants of its bounds. */
export function linesOf(
  layer: LayerOf<ActivationKind>,
  interval: TensorInterval,
  parameters: TensorParameters,
): TrainingLines {
  switch (layer.kind) {
    case 'relu':
      return reluLines(interval)
    case 'graftedRelu':
      return graftedLines(reluLines(interval), parameters)
    case 'graftedSigmoid':
      return graftedLines(sigmoidLines(interval), parameters)
    case 'sigmoid':
      return sigmoidLines(interval)
    default:
      return layer satisfies never
  }
}

function reluLines({ lower, upper }: TensorInterval): TrainingLines {
  const above = tf.relu(upper)
  const below = tf.relu(tf.neg(lower))
  const upperSlope = tf.div(above, tf.maximum(tf.add(above, below), scalar(narrowest)))
  const nearer = tf.cast(tf.greater(tf.add(lower, upper), scalar(0)), 'float32')
  return {
    lowerSlope: nearer,
    lowerIntercept: tf.zerosLike(lower),
    upperSlope,
    upperIntercept: tf.mul(below, upperSlope),
  }
}

function graftedLines(others: TrainingLines, { mask, slope, intercept }: TensorParameters): TrainingLines {
  const keep = tf.sub(scalar(1), mask)
  const either = (kept: Tensor, line: Tensor): Tensor => tf.add(tf.mul(kept, keep), tf.mul(line, mask))
  return {
    lowerSlope: either(others.lowerSlope, slope),
    lowerIntercept: either(others.lowerIntercept, intercept),
    upperSlope: either(others.upperSlope, slope),
    upperIntercept: either(others.upperIntercept, intercept),
  }
}

function sigmoidLines({ lower, upper }: TensorInterval): TrainingLines {
  const flat = tf.zerosLike(lower)
  return { lowerSlope: flat, lowerIntercept: tf.sigmoid(lower), upperSlope: flat, upperIntercept: tf.sigmoid(upper) }
}
