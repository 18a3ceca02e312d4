// The network: a frozen graph of layers whose every shape was checked when it was made.
import { EspalierError } from '../contract/errors.ts'
import { formatShape, parameterOf, ruleOf, sizeOf, type Layer, type LayerKind, type Shape } from './layer.ts'
import type { ShapeFailure } from './layers/rule.ts'

/** The id that stands for the network's input. */
export const INPUT = 'input'

export interface NetworkNode {
  readonly id: string
  readonly layer: Layer
  readonly inputs: readonly string[]
  /** Output shape, without the batch axis. */
  readonly shape: Shape
}

/** Nodes are in topological order; typed arrays inside parameters cannot be frozen and must not be written to. */
export interface Network {
  readonly name: string
  readonly inputShape: Shape
  readonly nodes: readonly NetworkNode[]
  readonly output: string
}

/** What `createNetwork` needs; `inputs` defaults to the node before, `output` to the last node. */
export interface NetworkDescription {
  readonly name: string
  readonly inputShape: Shape
  readonly nodes: readonly { readonly id: string; readonly layer: Layer; readonly inputs?: readonly string[] }[]
  readonly output?: string
}

/**
 * Checks a description and freezes it.
 * @throws EspalierError 'model/shape' naming the layer and both shapes, where anything does not fit.
 */
export function createNetwork(description: NetworkDescription): Network {
  const { name, inputShape } = description
  requireDimensions('the network input', inputShape)
  const shapes = new Map<string, Shape>([[INPUT, inputShape]])
  let previous = INPUT
  const nodes = description.nodes.map(({ id, layer, inputs = [previous] }): NetworkNode => {
    const shape = outputShape(id, layer, inputs, shapes)
    shapes.set(id, shape)
    previous = id
    return { id, layer, inputs: [...inputs], shape: [...shape] }
  })
  const output = description.output ?? previous
  if (!shapes.has(output)) throw wiring(`the output "${output}" is not a node`)
  const network = { name, inputShape: [...inputShape], nodes, output }
  requireUse(network)
  return deepFreeze(network)
}

/** The node with this id. @throws EspalierError 'model/shape' where there is none. */
export function nodeById(network: Network, id: string): NetworkNode {
  const node = network.nodes.find((candidate) => candidate.id === id)
  if (!node) throw wiring(`there is no layer "${id}"`)
  return node
}

/** Output shape of a node id, or the input's shape for 'input'. */
export function shapeOf(network: Network, id: string): Shape {
  return id === INPUT ? network.inputShape : nodeById(network, id).shape
}

/** Nodes that read `id`. */
export function consumersOf(network: Network, id: string): readonly NetworkNode[] {
  return network.nodes.filter((node) => node.inputs.includes(id))
}

/** Throws EspalierError 'model/shape' naming the layer, what does not fit, and both shapes. */
export function shapeFailure(id: string, kind: LayerKind): ShapeFailure {
  return (what, expected, actual) => {
    const found = typeof actual === 'string' ? actual : formatShape(actual)
    throw new EspalierError(
      'model/shape',
      `Layer "${id}" (${kind}): ${what} should be ${expected} but is ${found}.`,
      'Change the layer before it or this layer so that the shapes agree.',
    )
  }
}

function outputShape(id: string, layer: Layer, inputs: readonly string[], known: ReadonlyMap<string, Shape>): Shape {
  if (!/^[A-Za-z][\w-]*$/.test(id))
    throw wiring(`"${id}" cannot be a layer id (a letter, then letters, digits, _ or -)`)
  if (known.has(id)) throw wiring(`two layers are called "${id}"`)
  const rule = ruleOf(layer)
  const shapes = inputs.map((input) => {
    const shape = known.get(input)
    if (!shape) throw wiring(`layer "${id}" reads "${input}", which no earlier layer produces`)
    return shape
  })
  const fail = shapeFailure(id, layer.kind)
  if (shapes.length !== rule.arity) fail('the number of inputs', `${rule.arity}`, `${shapes.length}`)
  for (const { name } of rule.slots) {
    const { shape, data } = parameterOf(layer, name)
    requireDimensions(`layer "${id}", parameter ${name}`, shape)
    if (data.length !== sizeOf(shape)) fail(`the length of ${name}`, `${sizeOf(shape)}`, `${data.length}`)
  }
  return rule.outputShape(layer, shapes, fail)
}

function requireUse(network: Network): void {
  const used = new Set([network.output])
  for (const node of network.nodes.toReversed()) {
    if (!used.has(node.id)) throw wiring(`layer "${node.id}" does not contribute to the output "${network.output}"`)
    for (const input of node.inputs) used.add(input)
  }
}

function requireDimensions(what: string, shape: Shape): void {
  if (shape.every((dimension) => Number.isInteger(dimension) && dimension > 0)) return
  throw wiring(`the shape of ${what} is ${formatShape(shape)}; every axis must be a positive integer`)
}

function wiring(problem: string): EspalierError {
  return new EspalierError('model/shape', `This network cannot be built: ${problem}.`, 'Correct the description.')
}

function deepFreeze<T extends object>(value: T): T {
  for (const child of Object.values(value)) {
    if (typeof child === 'object' && child !== null && !ArrayBuffer.isView(child)) deepFreeze(child as object)
  }
  return Object.freeze(value)
}
