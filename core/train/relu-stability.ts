// ReLU stability (Xiao et al. 2019): a loss that keeps ReLU inputs from changing sign within the ball.
import { scalar } from '../engine/constant.ts'
import { tf, type Tensor } from '../engine/tensor.ts'
import type { NamedTensors } from '../nn/forward.ts'
import type { TensorInterval } from '../nn/layer.ts'
import type { Network } from '../nn/network.ts'

/**
 * −Σ over ReLUs of tanh(1 + l·u), mean over the batch (spec A.5); lines of grafted layers have no sign to keep and are left
 * out. `intervals` by node id, from `forwardIntervals`; a scalar, 0 in a network without ReLUs.
 */
export function reluInstability(
  network: Network,
  intervals: Readonly<Record<string, TensorInterval>>,
  named: NamedTensors,
): Tensor {
  const sums = network.nodes.flatMap(({ id, layer, inputs }): Tensor[] => {
    if (layer.kind !== 'relu' && layer.kind !== 'graftedRelu') return []
    const { lower, upper } = intervals[inputs[0]]
    const stability = tf.tanh(tf.add(tf.mul(lower, upper), scalar(1)))
    const counted = layer.kind === 'relu' ? stability : tf.mul(stability, tf.sub(scalar(1), named[`${id}.mask`]))
    return [tf.div(tf.sum(counted), scalar(lower.shape[0]))]
  })
  return sums.length === 0 ? scalar(0) : tf.neg(tf.addN(sums))
}
