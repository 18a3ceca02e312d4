// CROWN's backward pass: linear functions of a node pulled back to the input through lines around every activation (spec C.2).
import { tf, type Tensor } from '../engine/tensor.ts'
import { adjoint, INPUT, shapeOf, type AffineKind, type LayerOf, type Shape } from '../nn/index.ts'
import type { Activation, Cone } from './graph.ts'
import type { PreparedRelaxation } from './relaxation/relaxation.ts'
import { FLOOR, roundingName } from './rounding.ts'

/** Everything the pass needs about one activation; tensors are [rows or 1, neurons]. */
export interface RelaxedActivation {
  readonly activation: Activation
  readonly relaxation: PreparedRelaxation
  /** Free parameter, [rows or 1, neurons]. */
  readonly parameter: Tensor
  /** S·β of the split constraints (spec C.5), or null where nothing is split. */
  readonly pull: Tensor | null
}

/** How one activation was bounded for each row: the line chosen by the sign of Λ. All [rows, neurons]. */
export interface Choice {
  readonly coefficient: Tensor
  readonly slope: Tensor
  readonly intercept: Tensor
}

export interface BackwardResult {
  /** Coefficients on the input, [rows, inputs]. */
  readonly input: Tensor
  readonly choices: ReadonlyMap<string, Choice>
  /** What the affine layers add, [rows]; the intercepts of `choices` are not in it. */
  readonly constant: Tensor
  /** Σ |Λ|·(rounding weight) over all nodes, [rows]: units of rounding, 0 where `given` has no weights (rounding.ts). */
  readonly scale: Tensor
}

/**
 * Pulls `coefficients` [rows, size of cone.start] back to the input; lower bounds throughout (upper: negate first).
 * `given` may hold the rounding weights of the cone's nodes.
 */
export function backward(
  cone: Cone,
  coefficients: Tensor,
  activations: ReadonlyMap<string, RelaxedActivation>,
  given: Readonly<Record<string, Tensor>> = {},
): BackwardResult {
  const rows = coefficients.shape[0]
  const live = new Map<string, Tensor>([[cone.start, coefficients]])
  const choices = new Map<string, Choice>()
  let constant: Tensor = tf.zeros([rows])
  let scale: Tensor = tf.zeros([rows])
  const receive = (id: string, given: Tensor): void => {
    const flat = flatten(given)
    const other = live.get(id)
    live.set(id, other ? tf.add(other, flat) : flat)
  }
  const round = (id: string, outgoing: Tensor): void => {
    const name = roundingName(id)
    if (name in given) scale = tf.add(scale, roundingOf(outgoing, given[name]))
  }
  for (const node of [...cone.nodes].reverse()) {
    const outgoing = live.get(node.id)
    if (!outgoing) continue
    live.delete(node.id)
    round(node.id, outgoing)
    const relaxed = activations.get(node.id)
    if (relaxed) {
      const choice = choose(relaxed, outgoing)
      choices.set(node.id, choice)
      const pulled = tf.mul(outgoing, choice.slope)
      receive(node.inputs[0], relaxed.pull ? tf.sub(pulled, relaxed.pull) : pulled)
      continue
    }
    const layer = node.layer as LayerOf<AffineKind>
    const inputShapes = node.inputs.map((id) => shapeOf(cone.network, id))
    const pulled = adjoint(layer, shaped(outgoing, node.shape), inputShapes)
    node.inputs.forEach((id, i) => receive(id, pulled.coefficients[i]))
    constant = tf.add(constant, pulled.constant)
  }
  const input = live.get(INPUT) ?? tf.zeros([rows, cone.inputSize])
  round(INPUT, input)
  return { input, choices, constant, scale }
}

function choose({ relaxation, parameter }: RelaxedActivation, coefficient: Tensor): Choice {
  const { lowerSlope, lowerIntercept, upperSlope, upperIntercept } = relaxation.lines(parameter)
  const positive = tf.greaterEqual(coefficient, tf.scalar(0))
  return {
    coefficient,
    slope: tf.where(positive, lowerSlope, upperSlope),
    intercept: tf.where(positive, lowerIntercept ?? tf.zeros([1, 1]), upperIntercept),
  }
}

/** Σ (|Λ| + floor)·weight, [rows]. */
function roundingOf(outgoing: Tensor, weight: Tensor): Tensor {
  return tf.add(weighted(tf.abs(outgoing), weight), tf.mul(tf.sum(weight, 1), tf.scalar(FLOOR)))
}

/** Σ of the columns of `rows` times `weight` [1 or rows, columns], [rows]. */
export function weighted(rows: Tensor, weight: Tensor): Tensor {
  if (weight.shape[0] === 1) return tf.reshape(tf.matMul(rows, weight, false, true), [-1])
  return tf.sum(tf.mul(rows, weight), 1)
}

/** [rows, ...shape] → [rows, size] */
export function flatten(tensor: Tensor): Tensor {
  return tensor.rank === 2 ? tensor : tf.reshape(tensor, [tensor.shape[0], -1])
}

/** [rows, size] → [rows, ...shape] */
export function shaped(tensor: Tensor, shape: Shape): Tensor {
  return shape.length === 1 ? tensor : tf.reshape(tensor, [tensor.shape[0], ...shape])
}
