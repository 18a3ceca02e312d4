// Repairs TensorFlow.js gradients whose own gradient is lost or missing, so that second order works through them.
import * as tf from '@tensorflow/tfjs-core'

type Gradient = (dy: tf.Tensor, x: tf.Tensor) => tf.Tensor

/**
 * TensorFlow.js saves the output y of these kernels through a copy that it records before the kernel itself; walking the
 * tape backwards it then never carries a second derivative from y to x, and says nothing. Computed from x, nothing is lost
 * (and in a recorded program y is not computed twice, since equal nodes are one).
 */
const fromInput: Readonly<Record<string, { readonly input: string; readonly gradient: Gradient }>> = {
  Exp: { input: 'x', gradient: (dy, x) => tf.mul(dy, tf.exp(x)) },
  Sigmoid: {
    input: 'x',
    gradient: (dy, x) => {
      const y = tf.sigmoid(x)
      return tf.mul(dy, tf.mul(y, tf.sub(1, y)))
    },
  },
  Tanh: { input: 'x', gradient: (dy, x) => tf.mul(dy, tf.sub(1, tf.square(tf.tanh(x)))) },
  Elu: {
    input: 'x',
    gradient: (dy, x) => tf.mul(dy, tf.where(tf.greaterEqual(x, 0), tf.onesLike(x), tf.exp(x))),
  },
  Softmax: {
    input: 'logits',
    gradient: (dy, logits) => {
      const y = tf.softmax(logits)
      return tf.mul(y, tf.sub(dy, tf.sum(tf.mul(dy, y), -1, true)))
    },
  },
  LogSoftmax: {
    input: 'logits',
    gradient: (dy, logits) => tf.sub(dy, tf.mul(tf.sum(dy, -1, true), tf.softmax(logits))),
  },
}

/** Comparisons are constant almost everywhere; TensorFlow.js has no gradient for them, so masks broke second order. */
const comparisons = ['Equal', 'NotEqual', 'Greater', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalOr']

/** Registers the repaired gradients over the library's own; called once, after those. */
export function repairSecondOrder(): void {
  for (const [kernelName, { input, gradient }] of Object.entries(fromInput)) {
    tf.registerGradient({
      kernelName,
      inputsToSave: [input],
      gradFunc: (dy, saved) => ({ [input]: () => gradient(dy as tf.Tensor, saved[0]) }),
    })
  }
  for (const kernelName of comparisons) {
    tf.registerGradient({
      kernelName,
      inputsToSave: ['a', 'b'],
      gradFunc: (_dy, [a, b]) => ({ a: () => tf.zeros(a.shape), b: () => tf.zeros(b.shape) }),
    })
  }
}
