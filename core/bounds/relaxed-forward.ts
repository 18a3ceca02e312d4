// A point sent forward through the relaxed network, each row along the lines its backward pass chose (spec C.4).
import { tf, type Tensor } from '../engine/tensor.ts'
import { constantParameters, INPUT, ruleOf, shapeOf } from '../nn/index.ts'
import { flatten, shaped, type Choice } from './backward.ts'
import type { Cone } from './graph.ts'

/** Relaxed values of the nodes of `cone` by id, each [rows, size], from `x` [rows, inputs]. */
export function relaxedForward(
  cone: Cone,
  x: Tensor,
  choices: ReadonlyMap<string, Choice>,
): ReadonlyMap<string, Tensor> {
  const values = new Map<string, Tensor>([[INPUT, x]])
  const valueOf = (id: string): Tensor => {
    const value = values.get(id)
    if (!value) throw new RangeError(`node "${id}" is used before it is computed`)
    return value
  }
  for (const node of cone.nodes) {
    const choice = choices.get(node.id)
    if (choice) {
      values.set(node.id, tf.add(tf.mul(valueOf(node.inputs[0]), choice.slope), choice.intercept))
      continue
    }
    const inputs = node.inputs.map((id) => shaped(valueOf(id), shapeOf(cone.network, id)))
    const parameters = constantParameters(node.layer)
    values.set(node.id, flatten(ruleOf(node.layer).forward(node.layer, inputs, parameters)))
  }
  return values
}
