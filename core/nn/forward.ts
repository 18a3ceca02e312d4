// The network on tensors: forward, forward in training, intervals and adjoints, by walking the graph.
import { constant } from '../engine/constant.ts'
import type { Tensor } from '../engine/tensor.ts'
import {
  layerRules,
  parameterOf,
  ruleOf,
  type Adjoint,
  type AffineKind,
  type AffineLayerRule,
  type Layer,
  type LayerOf,
  type Shape,
  type TensorInterval,
  type TensorParameters,
} from './layer.ts'
import { INPUT, type Network, type NetworkNode } from './network.ts'

/** Parameters as tensors by name ('nodeId.slot'); those left out enter as constants. */
export type NamedTensors = Readonly<Record<string, Tensor>>

export interface ForwardOptions {
  /** Batch norm uses the batch's statistics. Default false. */
  readonly training?: boolean
}

/** Logits [batch, classes] of `x` [batch, ...inputShape]; pure, differentiable to second order. */
export function forward(
  network: Network,
  x: Tensor,
  parameters: NamedTensors = {},
  options: ForwardOptions = {},
): Tensor {
  if (options.training === true) return forwardTraining(network, x, parameters).logits
  return forwardNodes(network, x, parameters)[network.output]
}

/** Another value [batch, ...shape] in place of that of a node ('input' included), for all that reads it. */
export type Alteration = (id: string, value: Tensor) => Tensor

/** The value of every node [batch, ...shape] by id, 'input' included; after `alter`, where it is given. */
export function forwardNodes(
  network: Network,
  x: Tensor,
  parameters: NamedTensors = {},
  alter: Alteration = (_id, value) => value,
): NamedTensors {
  return walk(network, alter(INPUT, x), (node, inputs) =>
    alter(node.id, ruleOf(node.layer).forward(node.layer, inputs, nodeParameters(node, parameters))),
  )
}

/**
 * Logits in training, and the new running statistics by parameter name ('bn1.mean').
 * Called inside `tf.grads`, the updates leave its scope only through `tf.keep`.
 */
export function forwardTraining(
  network: Network,
  x: Tensor,
  parameters: NamedTensors = {},
): { logits: Tensor; updates: NamedTensors } {
  const updates: Record<string, Tensor> = {}
  const values = walk(network, x, (node, inputs) => {
    const rule = ruleOf(node.layer)
    const tensors = nodeParameters(node, parameters)
    if (!rule.forwardTraining) return rule.forward(node.layer, inputs, tensors)
    const step = rule.forwardTraining(node.layer, inputs, tensors)
    for (const [name, tensor] of Object.entries(step.updates)) updates[`${node.id}.${name}`] = tensor
    return step.output
  })
  return { logits: values[network.output], updates }
}

/** Interval bounds of every node by id (spec C.1), without outward rounding. */
export function forwardIntervals(
  network: Network,
  box: TensorInterval,
  parameters: NamedTensors = {},
): Readonly<Record<string, TensorInterval>> {
  return walk(network, box, (node, inputs) =>
    ruleOf(node.layer).interval(node.layer, inputs, nodeParameters(node, parameters)),
  )
}

/** Pulls Λ [rows, ...output shape] back through one affine layer; its parameters enter as constants unless given. */
export function adjoint(
  layer: LayerOf<AffineKind>,
  outgoing: Tensor,
  inputShapes: readonly Shape[],
  parameters: TensorParameters = constantParameters(layer),
): Adjoint {
  const rule = layerRules[layer.kind] as unknown as AffineLayerRule<Layer>
  return rule.adjoint(layer, outgoing, parameters, inputShapes)
}

/** A layer's parameters as constants, by slot name. */
export function constantParameters(layer: Layer): TensorParameters {
  return Object.fromEntries(
    ruleOf(layer).slots.map(({ name }) => {
      const { data, shape } = parameterOf(layer, name)
      return [name, constant(data, shape)]
    }),
  )
}

/** A node's parameters by slot name: those given as 'nodeId.slot', the others as constants. */
export function nodeParameters(
  { id, layer }: Pick<NetworkNode, 'id' | 'layer'>,
  given: NamedTensors,
): TensorParameters {
  return Object.fromEntries(
    ruleOf(layer).slots.map(({ name }) => {
      const { data, shape } = parameterOf(layer, name)
      const key = `${id}.${name}`
      return [name, key in given ? given[key] : constant(data, shape)]
    }),
  )
}

function walk<T>(
  network: Network,
  input: T,
  step: (node: NetworkNode, inputs: readonly T[]) => T,
): Readonly<Record<string, T>> {
  const values: Record<string, T> = { [INPUT]: input }
  for (const node of network.nodes) {
    values[node.id] = step(
      node,
      node.inputs.map((id) => values[id]),
    )
  }
  return values
}
