// Worst-case margins by interval bounds, the last dense layer merged into the differences of logits (Gowal et al. 2018).
import { tf, type Tensor } from '../../engine/tensor.ts'
import type { NamedTensors } from '../../nn/forward.ts'
import type { TensorInterval } from '../../nn/layer.ts'
import { nodeById } from '../../nn/network.ts'
import type { StepContext } from './method.ts'

/** Lower bounds [batch, classes] of logit(label) − logit(k) over the boxes of `intervals`; 0 where k is the label. */
export function intervalMargins(
  { network, targets }: Pick<StepContext, 'network' | 'targets'>,
  named: NamedTensors,
  intervals: Readonly<Record<string, TensorInterval>>,
): Tensor {
  const { id, layer, inputs } = nodeById(network, network.output)
  if (layer.kind !== 'dense') return differences(intervals[id], targets)
  const { lower, upper } = intervals[inputs[0]]
  const weight = named[`${id}.weight`]
  const bias = named[`${id}.bias`]
  const [classes, features] = weight.shape
  const pairs = tf.reshape(tf.sub(tf.expandDims(weight, 1), tf.expandDims(weight, 0)), [classes * classes, features])
  const centre = tf.matMul(tf.mul(tf.add(lower, upper), 0.5), pairs, false, true)
  const radius = tf.matMul(tf.mul(tf.sub(upper, lower), 0.5), tf.abs(pairs), false, true)
  const offsets = tf.sub(tf.expandDims(bias, 1), tf.expandDims(bias, 0))
  const bounds = tf.add(tf.reshape(tf.sub(centre, radius), [-1, classes, classes]), offsets)
  return tf.sum(tf.mul(bounds, tf.expandDims(targets, 2)), 1)
}

/** Of logits that no dense layer ends in: lower bound of the label's minus upper bounds of the others. */
function differences({ lower, upper }: TensorInterval, targets: Tensor): Tensor {
  const label = tf.sum(tf.mul(lower, targets), 1, true)
  return tf.mul(tf.sub(label, upper), tf.sub(1, targets))
}
