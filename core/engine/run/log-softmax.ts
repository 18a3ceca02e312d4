// The log-softmax kernel for eager backends that have none of their own.
import { tf } from '../tensor.ts'
import type { Tensor } from '../tensor.ts'

/** Registers x − max − log Σ exp(x − max) on `backendName`, unless the backend has the kernel. */
export function registerLogSoftmax(backendName: string): void {
  if (tf.getKernelsForBackend(backendName).some(({ kernelName }) => kernelName === tf.LogSoftmax)) return
  tf.registerKernel({
    kernelName: tf.LogSoftmax,
    backendName,
    kernelFunc: ({ inputs }) =>
      tf.tidy(() => {
        const logits = inputs['logits'] as Tensor
        const shifted = tf.sub(logits, tf.max(logits, -1, true))
        return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)))
      }),
  })
}
