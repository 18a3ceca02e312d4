// One FGSM step inside a program (Goodfellow et al. 2015), from the image itself.
import { tf, type Tensor } from '../engine/tensor.ts'
import { forward, type NamedTensors } from '../nn/forward.ts'
import type { Network } from '../nn/network.ts'
import { crossEntropySum } from './loss.ts'

/** x' = clip(x + ε·sign ∇ₓ cross-entropy, 0, 1); `images` [batch, ...], one-hot `targets` [batch, classes], `epsilon` a scalar or [1]. */
export function fgsmStep(
  network: Network,
  images: Tensor,
  targets: Tensor,
  epsilon: Tensor,
  parameters: NamedTensors = {},
): Tensor {
  const lossOf = (x: Tensor): Tensor => crossEntropySum(forward(network, x, parameters), targets)
  const step = tf.mul(epsilon, tf.sign(tf.grad(lossOf)(images)))
  return tf.clipByValue(tf.add(images, step), 0, 1)
}
