// Worst-case margins by CROWN: linear bounds of the differences of logits pulled back to the image, over given intervals.
import { scalar } from '../../engine/constant.ts'
import { tf, type Tensor } from '../../engine/tensor.ts'
import { adjoint, nodeParameters, type NamedTensors } from '../../nn/forward.ts'
import {
  layerRules,
  type ActivationKind,
  type AffineKind,
  type Layer,
  type LayerOf,
  type TensorInterval,
} from '../../nn/layer.ts'
import { INPUT, shapeOf, type NetworkNode } from '../../nn/network.ts'
import { linesOf } from './lines.ts'
import type { StepContext } from './method.ts'

type Intervals = Readonly<Record<string, TensorInterval>>

/**
 * Lower bounds [batch, classes] of logit(label) − logit(k), differentiable in the parameters: CROWN (Zhang et al. 2018)
 * with `intervals` as the bounds of every activation's input, as CROWN-IBP does (Zhang et al. 2020).
 */
export function crownMargins(
  { network, targets }: Pick<StepContext, 'network' | 'targets'>,
  named: NamedTensors,
  intervals: Intervals,
): Tensor {
  const [batch, classes] = targets.shape
  const identity = tf.eye(classes)
  const specification = tf.sub(tf.expandDims(targets, 1), tf.expandDims(identity, 0))
  const coefficients = new Map<string, Tensor>([[network.output, tf.reshape(specification, [-1, classes])]])
  let constant: Tensor = tf.zeros([batch * classes])
  const pass = (id: string, part: Tensor): void => {
    const before = coefficients.get(id)
    coefficients.set(id, before === undefined ? part : tf.add(before, part))
  }
  for (const node of network.nodes.toReversed()) {
    const outgoing = coefficients.get(node.id)
    if (outgoing === undefined) continue
    coefficients.delete(node.id)
    const back = isAffine(node.layer)
      ? throughAffine(node, node.layer, outgoing, named, node.inputs.map((id) => shapeOf(network, id))) // prettier-ignore
      : throughActivation(node, node.layer, outgoing, named, intervals)
    constant = tf.add(constant, back.constant)
    back.coefficients.forEach((part, index) => pass(node.inputs[index], part))
  }
  const atInput = coefficients.get(INPUT)
  const total = atInput === undefined ? constant : tf.add(constant, concretise(atInput, intervals[INPUT], batch))
  return tf.reshape(total, [batch, classes])
}

function isAffine(layer: Layer): layer is LayerOf<AffineKind> {
  return 'adjoint' in layerRules[layer.kind]
}

interface PulledBack {
  readonly coefficients: readonly Tensor[]
  /** [rows] */
  readonly constant: Tensor
}

function throughAffine(
  { id }: NetworkNode,
  layer: LayerOf<AffineKind>,
  outgoing: Tensor,
  named: NamedTensors,
  inputShapes: readonly (readonly number[])[],
): PulledBack {
  return adjoint(layer, outgoing, inputShapes, nodeParameters({ id, layer }, named))
}

/** Where a coefficient is positive the lower line holds, where negative the upper. */
function throughActivation(
  { id, inputs }: NetworkNode,
  layer: LayerOf<ActivationKind>,
  outgoing: Tensor,
  named: NamedTensors,
  intervals: Intervals,
): PulledBack {
  const lines = linesOf(layer, intervals[inputs[0]], nodeParameters({ id, layer }, named))
  const batch = lines.lowerSlope.shape[0]
  const rows = tf.reshape(outgoing, [batch, -1, ...outgoing.shape.slice(1)])
  const positive = tf.relu(rows)
  const negative = tf.sub(rows, positive)
  const perRow = (line: Tensor): Tensor => tf.expandDims(line, 1)
  const both = (lower: Tensor, upper: Tensor): Tensor =>
    tf.add(tf.mul(positive, perRow(lower)), tf.mul(negative, perRow(upper)))
  const axes = rows.shape.map((_, axis) => axis).slice(2)
  return {
    coefficients: [tf.reshape(both(lines.lowerSlope, lines.upperSlope), outgoing.shape)],
    constant: tf.reshape(tf.sum(both(lines.lowerIntercept, lines.upperIntercept), axes), [-1]),
  }
}

/** Least value [rows] of Λx over the boxes: Λ·centre − |Λ|·radius; `rows` are those of the first image, then the second, … */
function concretise(coefficients: Tensor, { lower, upper }: TensorInterval, batch: number): Tensor {
  const rows = tf.reshape(coefficients, [batch, coefficients.shape[0] / batch, -1])
  const column = (values: Tensor): Tensor => tf.reshape(values, [batch, -1, 1])
  const centre = column(tf.mul(tf.add(lower, upper), scalar(0.5)))
  const radius = column(tf.mul(tf.sub(upper, lower), scalar(0.5)))
  return tf.reshape(tf.sub(tf.matMul(rows, centre), tf.matMul(tf.abs(rows), radius)), [-1])
}
