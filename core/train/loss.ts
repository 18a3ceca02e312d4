// Cross-entropy, inside programs and as the targets they take.
import { tf, type Tensor } from '../engine/tensor.ts'

/** Mean over the batch of -log softmax(logits)[label]. `logits` and one-hot `targets` [batch, classes]; a scalar. */
export function crossEntropy(logits: Tensor, targets: Tensor): Tensor {
  return tf.div(crossEntropySum(logits, targets), tf.scalar(logits.shape[0]))
}

/** The sum over the batch instead of the mean: gradients of one image do not depend on the others. */
export function crossEntropySum(logits: Tensor, targets: Tensor): Tensor {
  return tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), targets)))
}

/** One-hot rows [labels.length, classes], row-major. */
export function oneHot(labels: ArrayLike<number>, classes: number): Float32Array {
  const rows = new Float32Array(labels.length * classes)
  for (let row = 0; row < labels.length; row++) rows[row * classes + labels[row]] = 1
  return rows
}

/** The index of the largest logit of row `row`; the first of equals. */
export function argMaxRow(logits: ArrayLike<number>, row: number, classes: number): number {
  let best = 0
  for (let k = 1; k < classes; k++) if (logits[row * classes + k] > logits[row * classes + best]) best = k
  return best
}

/** -log softmax(logits of row `row`)[label], in float64. NaN where a logit is NaN. */
export function crossEntropyRow(logits: ArrayLike<number>, row: number, classes: number, label: number): number {
  const start = row * classes
  let largest = -Infinity
  for (let k = 0; k < classes; k++) largest = Math.max(largest, logits[start + k])
  let sum = 0
  for (let k = 0; k < classes; k++) sum += Math.exp(logits[start + k] - largest)
  return largest + Math.log(sum) - logits[start + label]
}
