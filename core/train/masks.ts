// Masks of training: which weights are held at zero, and which neurons of grafted layers are lines.
import { EspalierError } from '../contract/errors.ts'
import type { Network } from '../nn/network.ts'
import { trainableParameters } from '../nn/parameters.ts'
import type { Layout } from './layout.ts'

/** By parameter name ('nodeId.weight'): 1 where the weight is free, 0 where it stays zero. Parameters not named are free. */
export type WeightMasks = Readonly<Record<string, Uint8Array>>

/** The masks that hold every weight at zero that is zero now (biases and batch-norm parameters stay free). */
export function masksOfZeros(network: Network): WeightMasks {
  const weights = trainableParameters(network).filter(({ role }) => role === 'weight')
  return Object.fromEntries(
    weights.map(({ name, parameter }) => [name, Uint8Array.from(parameter.data, (value) => (value === 0 ? 0 : 1))]),
  )
}

/**
 * One vector over all weights, 1 where free; empty where nothing is masked.
 * @throws EspalierError 'model/shape' where a mask fits no parameter
 */
export function flattenMasks(layout: Layout, masks: WeightMasks, network: Network): Float32Array {
  for (const [name, mask] of Object.entries(masks)) {
    const entry = layout.entries.find((candidate) => candidate.name === name)
    if (entry?.size !== mask.length) throw badMask(network, name, mask.length, entry?.size)
  }
  if (!Object.values(masks).some((mask) => mask.includes(0))) return new Float32Array(0)
  const flat = new Float32Array(layout.length).fill(1)
  for (const { name, offset } of layout.entries) if (name in masks) flat.set(masks[name], offset)
  return flat
}

/** `values` with zeros where `free` is 0; unchanged where `free` is empty. */
export function held(values: Float32Array, free: Float32Array): Float32Array {
  return free.length === 0 ? values : values.map((value, index) => (free[index] === 0 ? 0 : value))
}

function badMask(network: Network, name: string, length: number, size: number | undefined): EspalierError {
  const wanted = size === undefined ? 'there is no such parameter' : `the parameter has ${size} numbers`
  return new EspalierError(
    'model/shape',
    `The mask "${name}" of ${length} entries does not fit the network "${network.name}": ${wanted}.`,
    'Make the masks from the network that is trained.',
  )
}
