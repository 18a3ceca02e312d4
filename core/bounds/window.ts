// Windows: the part of a convolutional network that one neuron depends on, as a small network that all neurons of a layer share.
import {
  createNetwork,
  INPUT,
  nodeById,
  shapeOf,
  sizeOf,
  type Layer,
  type Network,
  type NetworkNode,
  type Shape,
} from '../nn/index.ts'
import type { Floats } from './floats.ts'
import { coneOf, type Cone } from './graph.ts'

/** Rows and columns [first, first + size) of a map, `first` relative to `stride`·(the neuron's own row or column). */
export interface Extent {
  readonly stride: readonly [number, number]
  readonly first: readonly [number, number]
  readonly size: readonly [number, number]
}

/** Where the values of a node of the window lie in the whole map. */
export interface Placement extends Extent {
  /** Shape of the whole map. */
  readonly shape: Shape
}

/**
 * `cone` starts at the node `source` with one position of its map: a row is a channel there. `placements` has the window's
 * input and its nodes; nodes that only cut (`gather`) are left out. Values outside a map are zero.
 */
export interface Window {
  readonly source: string
  readonly cone: Cone
  readonly placements: ReadonlyMap<string, Placement>
}

/** A window must be this much smaller than the network before the source: rows bring their own bounds along. */
const WORTH = 0.5

/** Null where `source` is no map, depends on more than convolutions, sums and ReLUs, or on nearly everything. */
export function windowOf(network: Network, source: string): Window | null {
  if (source === INPUT || shapeOf(network, source).length !== 3) return null
  const whole = coneOf(network, source)
  const placements = placeNodes(whole)
  if (!placements) return null
  const wide = [...placements.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const narrow = [...placements.values()].reduce((sum, placement) => sum + elementsOf(placement), 0)
  if (narrow > WORTH * wide) return null
  const small = windowNetwork(whole, placements)
  return { source, cone: coneOf(small, source), placements }
}

/** Extents from the source backwards; null where a node has no window. */
function placeNodes({ network, nodes, start }: Cone): Map<string, Placement> | null {
  const extents = new Map<string, Extent>([[start, { stride: [1, 1], first: [0, 0], size: [1, 1] }]])
  for (const node of [...nodes].reverse()) {
    const extent = extents.get(node.id)
    if (!extent) return null
    for (const input of node.inputs) {
      const wanted = supports(network, node, input) ? extentBefore(node.layer, extent) : null
      const known = extents.get(input)
      const joined = wanted && known ? joinExtents(known, wanted) : wanted
      if (!joined) return null
      extents.set(input, joined)
    }
  }
  return new Map([...extents].map(([id, extent]) => [id, { ...extent, shape: shapeOf(network, id) }]))
}

/** Beyond the edge of a map the window holds zeros: right for the input and for ReLUs, which is where padding may occur. */
function supports(network: Network, { layer }: NetworkNode, input: string): boolean {
  switch (layer.kind) {
    case 'relu':
    case 'graftedRelu':
    case 'add':
      return true
    case 'conv2d': {
      if (layer.pads.every((pad) => pad === 0) || input === INPUT) return true
      const { kind } = nodeById(network, input).layer
      return kind === 'relu' || kind === 'graftedRelu'
    }
    default:
      return false
  }
}

/** What a layer reads to give `extent`. */
function extentBefore(layer: Layer, extent: Extent): Extent {
  if (layer.kind !== 'conv2d') return extent
  const [, , height, width] = layer.weight.shape
  const [down, across] = layer.strides
  const [top, left] = layer.pads
  return {
    stride: [extent.stride[0] * down, extent.stride[1] * across],
    first: [extent.first[0] * down - top, extent.first[1] * across - left],
    size: [(extent.size[0] - 1) * down + height, (extent.size[1] - 1) * across + width],
  }
}

/** The smallest extent around both; null where their strides differ. */
function joinExtents(a: Extent, b: Extent): Extent | null {
  if (a.stride[0] !== b.stride[0] || a.stride[1] !== b.stride[1]) return null
  const first = [0, 1].map((axis) => Math.min(a.first[axis], b.first[axis]))
  const size = [0, 1].map((axis) => Math.max(a.first[axis] + a.size[axis], b.first[axis] + b.size[axis]) - first[axis])
  return { stride: a.stride, first: [first[0], first[1]], size: [size[0], size[1]] }
}

function windowNetwork({ network, nodes, start }: Cone, placements: ReadonlyMap<string, Placement>): Network {
  const made: { id: string; layer: Layer; inputs: string[] }[] = []
  for (const node of nodes) {
    const placement = placed(placements, node.id)
    const wanted = extentBefore(node.layer, placement)
    const inputs = node.inputs.map((input) => {
      const layer = cut(placed(placements, input), wanted)
      if (!layer) return input
      const id = freeId(placements, made.length)
      made.push({ id, layer, inputs: [input] })
      return id
    })
    made.push({ id: node.id, layer: windowLayer(node.layer, placement), inputs })
  }
  const input = placed(placements, INPUT)
  return createNetwork({
    name: `${network.name}, window of ${start}`,
    inputShape: [input.shape[0], ...input.size],
    nodes: made,
    output: start,
  })
}

/** An id for the node at `place` that no node of the network has. */
function freeId(placements: ReadonlyMap<string, Placement>, place: number): string {
  let id = `cut${place}`
  while (placements.has(id)) id += '-'
  return id
}

/** Padding is part of the window; what grafted neurons have of their own comes with the rows. */
function windowLayer(layer: Layer, { shape, size }: Placement): Layer {
  if (layer.kind === 'conv2d') return { ...layer, pads: [0, 0, 0, 0] }
  if (layer.kind !== 'graftedRelu') return layer
  const own = [shape[0], ...size]
  const zeros = { shape: own, data: new Float32Array(sizeOf(own)) }
  return { kind: 'graftedRelu', mask: zeros, slope: zeros, intercept: zeros }
}

/** The layer that takes `wanted` out of a larger extent; null where they are the same. */
function cut({ shape, first, size }: Placement, wanted: Extent): Layer | null {
  const [top, left] = [wanted.first[0] - first[0], wanted.first[1] - first[1]]
  const [height, width] = wanted.size
  if (top === 0 && left === 0 && height === size[0] && width === size[1]) return null
  const indices: number[] = []
  for (let c = 0; c < shape[0]; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) indices.push((c * size[0] + top + y) * size[1] + left + x)
  return { kind: 'gather', shape: [shape[0], height, width], indices }
}

/** Elements of a window, all channels. */
export function elementsOf({ shape, size }: Placement): number {
  return shape[0] * size[0] * size[1]
}

export function placed(placements: ReadonlyMap<string, Placement>, id: string): Placement {
  const placement = placements.get(id)
  if (!placement) throw new RangeError(`node "${id}" is not in the window`)
  return placement
}

/** Copies the window of the neuron at (row, column) of the source's map out of `whole` into `into` from `at` on. */
export function copyWindow(
  whole: ArrayLike<number>,
  offset: number,
  { shape, stride, first, size }: Placement,
  position: readonly [number, number],
  into: Floats,
  at: number,
): void {
  const [channels, height, width] = shape
  const top = position[0] * stride[0] + first[0]
  const left = position[1] * stride[1] + first[1]
  let to = at
  for (let c = 0; c < channels; c++)
    for (let y = top; y < top + size[0]; y++) {
      const from = offset + (c * height + y) * width
      const inside = y >= 0 && y < height
      for (let x = left; x < left + size[1]; x++) into[to++] = inside && x >= 0 && x < width ? whole[from + x] : 0
    }
}

/** Copies a window back to its place in a whole map, leaving the rest as it is. */
export function pasteWindow(
  values: ArrayLike<number>,
  at: number,
  { shape, stride, first, size }: Placement,
  position: readonly [number, number],
  whole: Floats,
  offset: number,
): void {
  const [channels, height, width] = shape
  const top = position[0] * stride[0] + first[0]
  const left = position[1] * stride[1] + first[1]
  let from = at
  for (let c = 0; c < channels; c++)
    for (let y = top; y < top + size[0]; y++)
      for (let x = left; x < left + size[1]; x++, from++)
        if (y >= 0 && y < height && x >= 0 && x < width) whole[offset + (c * height + y) * width + x] = values[from]
}
