// Points sent forward: through the relaxed network along the lines each backward pass chose (spec C.4), and through the real one.
import { tf, type Tensor } from '../engine/tensor.ts'
import { constantParameters, INPUT, ruleOf, shapeOf, type Network, type NetworkNode } from '../nn/index.ts'
import { flatten, shaped, type Choice } from './backward.ts'
import type { Cone } from './graph.ts'
import { isActivation } from './interval.ts'

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
    const value = choice
      ? tf.add(tf.mul(valueOf(node.inputs[0]), choice.slope), choice.intercept)
      : layerForward(cone.network, node, valueOf)
    values.set(node.id, value)
  }
  return values
}

/**
 * The outputs of the network itself, [rows, outputs], at the point that `relaxed` values started from: nodes before the
 * first activation have the same values in both.
 */
export function trueOutputs(network: Network, relaxed: ReadonlyMap<string, Tensor>): Tensor {
  const values = new Map<string, Tensor>()
  const exact = new Set([INPUT])
  const valueOf = (id: string): Tensor => {
    const value = (exact.has(id) ? relaxed.get(id) : undefined) ?? values.get(id)
    if (!value) throw new RangeError(`node "${id}" is used before it is computed`)
    return value
  }
  for (const node of network.nodes) {
    const linear = !isActivation(node.layer) && node.inputs.every((id) => exact.has(id)) && relaxed.has(node.id)
    if (linear) exact.add(node.id)
    else values.set(node.id, layerForward(network, node, valueOf))
  }
  return valueOf(network.output)
}

function layerForward(network: Network, { layer, inputs }: NetworkNode, valueOf: (id: string) => Tensor): Tensor {
  const tensors = inputs.map((id) => shaped(valueOf(id), shapeOf(network, id)))
  return flatten(ruleOf(layer).forward(layer, tensors, constantParameters(layer)))
}
