// Counts that the papers report: neurons, weights, parameters, and a table of the layers.
import { isGrafted, parameterOf, ruleOf, sizeOf, type LayerKind, type Shape } from './layer.ts'
import { shapeOf, type Network, type NetworkNode } from './network.ts'
import { trainableParameters } from './parameters.ts'

/** A nonlinear node, the node it reads (or 'input'), and its size. */
export interface ActivationNode {
  readonly node: NetworkNode
  readonly preActivationNode: string
  readonly neurons: number
}

/** Which kinds are made of neurons, for every kind. */
const isActivation: { readonly [K in LayerKind]: boolean } = {
  add: false,
  affine: false,
  avgPool: false,
  batchNorm: false,
  conv2d: false,
  dense: false,
  flatten: false,
  gather: false,
  graftedRelu: true,
  graftedSigmoid: true,
  relu: true,
  sigmoid: true,
}

/** The activation nodes in topological order. */
export function activationNodes(network: Network): readonly ActivationNode[] {
  return network.nodes
    .filter((node) => isActivation[node.layer.kind])
    .map((node) => ({ node, preActivationNode: node.inputs[0], neurons: sizeOf(node.shape) }))
}

/** Hidden neurons: the sizes of all activation nodes. */
export function countNeurons(network: Network): number {
  return activationNodes(network).reduce((total, { neurons }) => total + neurons, 0)
}

/** Weights of dense and convolutional layers, without biases. */
export function countWeights(network: Network): number {
  return weightsOf(network).reduce((total, data) => total + data.length, 0)
}

/** Weights that are not exactly zero. */
export function countNonzeroWeights(network: Network): number {
  let count = 0
  for (const data of weightsOf(network)) for (const value of data) if (value !== 0) count += 1
  return count
}

/** Trainable numbers; a grafted layer counts its slopes and intercepts only where the neuron is a line. */
export function countParameters(network: Network): number {
  return network.nodes.reduce((total, node) => total + nodeParameters(node), 0)
}

export interface LayerRow {
  readonly id: string
  readonly kind: LayerKind
  readonly inputShape: Shape
  readonly outputShape: Shape
  readonly parameters: number
  readonly neurons: number
}

/** One row per node, in topological order, for tables. */
export function layerTable(network: Network): readonly LayerRow[] {
  return network.nodes.map((node) => ({
    id: node.id,
    kind: node.layer.kind,
    inputShape: shapeOf(network, node.inputs[0]),
    outputShape: node.shape,
    parameters: nodeParameters(node),
    neurons: isActivation[node.layer.kind] ? sizeOf(node.shape) : 0,
  }))
}

function weightsOf(network: Network): readonly (Float32Array | Float64Array)[] {
  return trainableParameters(network)
    .filter(({ role }) => role === 'weight')
    .map(({ parameter }) => parameter.data)
}

function nodeParameters({ layer }: NetworkNode): number {
  if (isGrafted(layer)) return 2 * layer.mask.data.filter((masked) => masked === 1).length
  return ruleOf(layer).slots.reduce(
    (total, { name, role }) => total + (role === null ? 0 : sizeOf(parameterOf(layer, name).shape)),
    0,
  )
}
