// Folds batch norm and normalisation layers into the dense and convolutional layers beside them, in float64 (spec A.8).
import { channelMap, perPixel, scaleInputs, scaleOutputs, vector, type ChannelMap } from './fold.ts'
import type { Conv2dLayer, DenseLayer, Layer } from './layer.ts'
import { createNetwork, INPUT, shapeOf, type Network } from './network.ts'

interface DraftNode {
  readonly id: string
  layer: Layer
  inputs: string[]
}

/**
 * The same function without batch norm: each one is folded into the dense, conv2d or affine layer that alone feeds it,
 * else becomes an affine layer; an affine layer is then folded forwards into the dense or conv2d layer that alone reads it.
 * A shift before a zero-padded convolution stays a layer: padding comes after it, so the bias cannot hold it exactly.
 * Folded parameters are Float64Array, computed in float64: outputs agree to rounding (1e-12 relative).
 */
export function fuseBatchNorm(network: Network): Network {
  const draft = new Draft(network)
  for (const node of [...draft.nodes]) foldBack(draft, node)
  for (const node of [...draft.nodes]) foldForward(draft, network, node)
  return createNetwork({
    name: network.name,
    inputShape: network.inputShape,
    nodes: draft.nodes,
    output: draft.output,
  })
}

/** A network being rewritten. */
class Draft {
  nodes: DraftNode[]
  output: string

  constructor(network: Network) {
    this.nodes = network.nodes.map(({ id, layer, inputs }) => ({ id, layer, inputs: [...inputs] }))
    this.output = network.output
  }

  find(id: string): DraftNode | undefined {
    return this.nodes.find((node) => node.id === id)
  }

  /** The only reader of `id`, where there is exactly one and `id` is not the output. */
  onlyReader(id: string): DraftNode | undefined {
    const readers = this.nodes.filter(({ inputs }) => inputs.includes(id))
    return readers.length === 1 && this.output !== id ? readers[0] : undefined
  }

  /** Takes a node with one input out; its readers read its input instead. */
  remove({ id, inputs: [input] }: DraftNode): void {
    this.nodes = this.nodes.filter((node) => node.id !== id)
    for (const node of this.nodes) node.inputs = node.inputs.map((name) => (name === id ? input : name))
    if (this.output === id) this.output = input
  }
}

function foldBack(draft: Draft, node: DraftNode): void {
  const map = channelMap(node.layer)
  if (!map) return
  const [input] = node.inputs
  const producer = input === INPUT ? undefined : draft.find(input)
  const folded = producer && draft.onlyReader(producer.id) === node ? afterLayer(producer.layer, map) : null
  if (producer && folded) {
    producer.layer = folded
    draft.remove(node)
  } else if (node.layer.kind === 'batchNorm') {
    node.layer = { kind: 'affine', scale: vector(map.scale), shift: vector(map.shift) }
  }
}

/** `layer` followed by the map, as one layer; null where that is no layer of ours. */
function afterLayer(layer: Layer, map: ChannelMap): Layer | null {
  if (layer.kind === 'dense' || layer.kind === 'conv2d') return scaleOutputs(layer, map)
  if (layer.kind !== 'affine') return null
  const { scale, shift } = layer
  return {
    kind: 'affine',
    scale: vector(map.scale.map((factor, c) => factor * scale.data[c])),
    shift: vector(map.scale.map((factor, c) => factor * shift.data[c] + map.shift[c])),
  }
}

function foldForward(draft: Draft, network: Network, node: DraftNode): void {
  let map = node.layer.kind === 'affine' ? channelMap(node.layer) : null
  if (!map) return
  let reader = draft.onlyReader(node.id)
  if (reader?.layer.kind === 'flatten') {
    map = perPixel(map, shapeOf(network, node.id).slice(1))
    reader = draft.onlyReader(reader.id)
  }
  if (!reader || !absorbs(reader.layer, map)) return
  reader.layer = scaleInputs(reader.layer, map)
  draft.remove(node)
}

function absorbs(layer: Layer, map: ChannelMap): layer is DenseLayer | Conv2dLayer {
  if (layer.kind === 'dense') return true
  return layer.kind === 'conv2d' && (layer.pads.every((pad) => pad === 0) || map.shift.every((value) => value === 0))
}
