// Flat vectors of parameters: one array for all trainable numbers, one for all running statistics, in network order.
import { tf, type Tensor } from '../engine/tensor.ts'
import type { ParameterRole, Shape } from '../nn/layer.ts'
import { isGrafted, sizeOf } from '../nn/layer.ts'
import type { Network } from '../nn/network.ts'
import { allParameters, trainableParameters, type NamedParameter } from '../nn/parameters.ts'

export interface LayoutEntry {
  /** 'nodeId.slot'. */
  readonly name: string
  readonly shape: Shape
  readonly offset: number
  readonly size: number
  /** null for running statistics and masks. */
  readonly role: ParameterRole | null
}

/** Where each parameter lies in a flat vector of `length` numbers. */
export interface Layout {
  readonly entries: readonly LayoutEntry[]
  readonly length: number
}

/** The trainable parameters of a network. */
export function weightLayout(network: Network): Layout {
  return layoutOf(trainableParameters(network))
}

/** The running means and variances of its batch normalisations. */
export function statisticsLayout(network: Network): Layout {
  const nodes = new Set(network.nodes.filter(({ layer }) => layer.kind === 'batchNorm').map(({ id }) => id))
  return layoutOf(allParameters(network).filter(({ name, role }) => role === null && nodes.has(name.split('.')[0])))
}

/** The masks of its grafted layers: inputs of a step, so that they can change while the program stays. */
export function graftLayout(network: Network): Layout {
  const nodes = new Set(network.nodes.filter(({ layer }) => isGrafted(layer)).map(({ id }) => id))
  return layoutOf(allParameters(network).filter(({ name, role }) => role === null && nodes.has(name.split('.')[0])))
}

function layoutOf(parameters: readonly NamedParameter<ParameterRole | null>[]): Layout {
  let length = 0
  const entries = parameters.map(({ name, parameter, role }): LayoutEntry => {
    const size = sizeOf(parameter.shape)
    const entry = { name, shape: parameter.shape, offset: length, size, role }
    length += size
    return entry
  })
  return { entries, length }
}

/** The network's parameters as one vector; float64 parameters are rounded. */
export function pack(layout: Layout, network: Network): Float32Array {
  const data = new Map(allParameters(network).map(({ name, parameter }) => [name, parameter.data]))
  const flat = new Float32Array(layout.length)
  for (const { name, offset } of layout.entries) flat.set(data.get(name) as Float32Array, offset)
  return flat
}

/** The vector cut into parameters by name; fresh arrays. */
export function unpack(layout: Layout, flat: Float32Array): Record<string, Float32Array> {
  return Object.fromEntries(layout.entries.map(({ name, offset, size }) => [name, flat.slice(offset, offset + size)]))
}

/** `unpack` inside a program: `flat` [length] to tensors of the parameters' shapes. */
export function unpackTensors(layout: Layout, flat: Tensor): Record<string, Tensor> {
  return Object.fromEntries(
    layout.entries.map(({ name, offset, size, shape }) => [
      name,
      tf.reshape(tf.slice(flat, [offset], [size]), [...shape]),
    ]),
  )
}

/** `pack` inside a program: tensors by name to one vector [length]. */
export function packTensors(layout: Layout, tensors: Readonly<Record<string, Tensor>>): Tensor {
  return tf.concat(
    layout.entries.map(({ name, size }) => tf.reshape(tensors[name], [size])),
    0,
  )
}
