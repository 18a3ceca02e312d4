// Weight masks: which weights training must hold at zero.
import type { Network } from '../nn/network.ts'
import { trainableParameters } from '../nn/parameters.ts'

/** By parameter name ('nodeId.weight'): 1 where the weight is free, 0 where it stays zero. Parameters not named are free. */
export type WeightMasks = Readonly<Record<string, Uint8Array>>

/** The masks that hold every weight at zero that is zero now (biases and batch-norm parameters stay free). */
export function masksOfZeros(network: Network): WeightMasks {
  const weights = trainableParameters(network).filter(({ role }) => role === 'weight')
  return Object.fromEntries(
    weights.map(({ name, parameter }) => [name, Uint8Array.from(parameter.data, (value) => (value === 0 ? 0 : 1))]),
  )
}
