// Log-softmax and the loss built on it, as one kernel with a gradient of every order.
import * as tf from '@tensorflow/tfjs-core'

/**
 * log softmax over the last axis. TensorFlow.js' own hides its inner operations from the tape, and with them every second
 * derivative (GradAlign's, for one); this runs the kernel, whose gradient is repaired.
 */
export function logSoftmax<T extends tf.Tensor>(logits: T, axis = -1): T {
  const last = logits.rank - 1
  if (axis !== -1 && axis !== last) throw new RangeError(`logSoftmax works on the last axis only, not on axis ${axis}`)
  return tf.engine().runKernel<T>(tf.LogSoftmax, { logits }, { axis: last })
}

/** TensorFlow.js' losses, with cross-entropy through `logSoftmax` for the same reason; without label smoothing. */
export const losses = {
  ...tf.losses,
  softmaxCrossEntropy(
    onehotLabels: tf.Tensor,
    logits: tf.Tensor,
    weights?: tf.Tensor,
    reduction: tf.Reduction = tf.Reduction.SUM_BY_NONZERO_WEIGHTS,
  ): tf.Tensor {
    const cost = tf.neg(tf.sum(tf.mul(onehotLabels, logSoftmax(logits)), -1))
    return tf.losses.computeWeightedLoss(cost, weights, reduction)
  },
}
