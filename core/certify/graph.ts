// A network prepared for the sound pass: nodes by number in topological order, parameters as float64 maps.
import { EspalierError } from '../contract/errors.ts'
import { INPUT, type Network } from '../nn/network.ts'
import type { Activation } from './activation.ts'
import { entriesOf, operationOf, sizeOf, type Operation } from './operation.ts'

export interface GraphNode {
  readonly id: string
  readonly size: number
  /** Numbers of the nodes it reads; node 0 is the network's input. */
  readonly inputs: readonly number[]
  /** null for the input. */
  readonly operation: Operation | null
}

/** An activation node and its place among the activations. */
export interface ActivationEntry {
  readonly id: string
  readonly node: number
  /** The node it reads. */
  readonly source: number
  readonly size: number
  readonly activation: Activation
  /** Interval bounds of the source are exact up to rounding: one affine map of the input box. */
  readonly exact: boolean
}

export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly activations: readonly ActivationEntry[]
  /** Place in `activations` by node number, −1 elsewhere. */
  readonly placeOf: Int32Array
  readonly output: number
}

/** @throws EspalierError 'certificate/unsupported' for parameters that are no numbers or a layer that is too large */
export function prepareGraph(network: Network): Graph {
  const numbers = new Map([[INPUT, 0]])
  const shapes = new Map([[INPUT, network.inputShape]])
  const nodes: GraphNode[] = [{ id: INPUT, size: sizeOf(network.inputShape), inputs: [], operation: null }]
  for (const { id, layer, inputs, shape } of network.nodes) {
    requireNumbers(id, layer)
    const operation = operationOf(layer, shapes.get(inputs[0]) ?? [], shape)
    numbers.set(id, nodes.length)
    shapes.set(id, shape)
    nodes.push({ id, size: sizeOf(shape), inputs: inputs.map((input) => numbers.get(input) ?? 0), operation })
  }
  const placeOf = new Int32Array(nodes.length).fill(-1)
  const activations: ActivationEntry[] = []
  for (const [node, { id, size, inputs, operation }] of nodes.entries()) {
    if (operation?.kind !== 'activation') continue
    placeOf[node] = activations.length
    const { activation } = operation
    activations.push({ id, node, source: inputs[0], size, activation, exact: isExact(nodes, inputs[0]) })
  }
  return { nodes, activations, placeOf, output: numbers.get(network.output) ?? 0 }
}

/** How much `prepareGraph` has to build: entries of convolutions, about 2^25 a second and 12 bytes each. */
export function preparationEntries(network: Network): number {
  const shapes = new Map([[INPUT, network.inputShape]])
  return network.nodes.reduce((sum, { id, layer, inputs, shape }) => {
    shapes.set(id, shape)
    return sum + entriesOf(layer, shapes.get(inputs[0]) ?? [], shape)
  }, 0)
}

function isExact(nodes: readonly GraphNode[], source: number): boolean {
  let maps = 0
  for (let at = source; at !== 0; at = nodes[at].inputs[0]) {
    const { operation, inputs } = nodes[at]
    if (operation?.kind === 'activation' || inputs.length > 1) return false
    if (operation?.kind === 'affine' && !operation.elementwise) maps++
  }
  return maps <= 1
}

function requireNumbers(id: string, layer: object): void {
  for (const value of Object.values(layer) as unknown[]) {
    const data = (value as { data?: unknown } | null)?.data
    const fine = typeof value === 'number' ? Number.isFinite(value) : !ArrayBuffer.isView(data) || allFinite(data)
    if (!fine)
      throw new EspalierError(
        'certificate/unsupported',
        `layer "${id}" has a parameter that is not a finite number`,
        'Nothing can be proved about such a network.',
      )
  }
}

function allFinite(data: ArrayBufferView): boolean {
  return (data as Float64Array).every((value) => Number.isFinite(value))
}
