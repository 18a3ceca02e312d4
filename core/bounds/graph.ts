// The network as bound propagation sees it: which activations lie upstream of a node, and where their neurons sit in flat vectors.
import { EspalierError } from '../contract/errors.ts'
import type { Precision } from '../engine/engine.ts'
import {
  activationNodes,
  INPUT,
  nodeById,
  shapeOf,
  sizeOf,
  type ActivationKind,
  type LayerOf,
  type Network,
  type NetworkNode,
} from '../nn/index.ts'

/** One activation node; its neurons are `offset … offset + neurons` of the layout it belongs to. */
export interface Activation {
  readonly node: NetworkNode
  readonly layer: LayerOf<ActivationKind>
  /** Id of the node it reads. */
  readonly source: string
  readonly neurons: number
  readonly offset: number
}

/** The part of a network that a node depends on; neurons of all its activations in one flat vector, in topological order. */
export interface Cone {
  readonly network: Network
  readonly start: string
  /** Nodes the start depends on, itself included, in topological order. */
  readonly nodes: readonly NetworkNode[]
  readonly activations: readonly Activation[]
  readonly neurons: number
  readonly inputSize: number
  /** Size of the start node. */
  readonly startSize: number
}

/** @throws EspalierError 'model/unsupported' when batch norm is left: bounds want the fused network. */
export function coneOf(network: Network, start: string): Cone {
  const wanted = new Set([start])
  for (const node of [...network.nodes].reverse())
    if (wanted.has(node.id)) for (const input of node.inputs) wanted.add(input)
  const nodes = network.nodes.filter((node) => wanted.has(node.id))
  const unfused = nodes.find((node) => node.layer.kind === 'batchNorm')
  if (unfused)
    throw new EspalierError(
      'model/unsupported',
      `bounds of "${network.name}": layer "${unfused.id}" is a batch norm`,
      'Fuse batch norms first (fuseBatchNorm).',
    )
  const { activations, neurons } = layOut(network, wanted)
  const inputSize = sizeOf(network.inputShape)
  return { network, start, nodes, activations, neurons, inputSize, startSize: sizeOf(shapeOf(network, start)) }
}

function layOut(network: Network, wanted: ReadonlySet<string>): { activations: Activation[]; neurons: number } {
  const activations: Activation[] = []
  let offset = 0
  for (const { node, preActivationNode, neurons } of activationNodes(network)) {
    if (!wanted.has(node.id)) continue
    activations.push({ node, layer: node.layer as LayerOf<ActivationKind>, source: preActivationNode, neurons, offset })
    offset += neurons
  }
  return { activations, neurons: offset }
}

/** True where interval bounds of `id` are exact: one affine map of the input box, no two paths joining. */
export function isExactByIntervals(network: Network, id: string): boolean {
  let weighted = 0
  for (let at = id; at !== INPUT;) {
    const { layer, inputs } = nodeById(network, at)
    if (layer.kind === 'dense' || layer.kind === 'conv2d' || layer.kind === 'avgPool') weighted++
    else if (layer.kind !== 'flatten' && layer.kind !== 'affine') return false
    at = inputs[0]
  }
  return weighted <= 1
}

/** True where convolutions lie on the way: in float64 they cost many times what they do in float32. */
export function convolves({ nodes }: Cone): boolean {
  return nodes.some(({ layer }) => layer.kind === 'conv2d' || layer.kind === 'avgPool')
}

/** Memory that one row of a bounding program takes: a few tensors of every node's width, a dozen of the neurons' in an ascent. */
export function bytesPerRow(cone: Cone, ascent: boolean, precision: Precision): number {
  const widths = cone.nodes.reduce((sum, { shape }) => sum + sizeOf(shape), cone.inputSize)
  const numbers = widths * 4 + cone.neurons * (ascent ? 12 : 4)
  return precision === 'float64' ? 8 * (numbers + 2 * widestColumns(cone)) : 4 * numbers
}

/** Float64 convolutions are products with gathered columns: the elements of the largest, for one row. */
function widestColumns({ network, nodes }: Cone): number {
  return nodes.reduce((most, { layer, inputs }) => {
    if (layer.kind !== 'conv2d') return most
    const [outputs, , height, width] = layer.weight.shape
    const [, ...plane] = shapeOf(network, inputs[0])
    return Math.max(most, outputs * height * width * sizeOf(plane))
  }, 0)
}
