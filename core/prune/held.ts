// What fine-tuning must leave at zero: pruned weights, and neurons that pruning or grafting put to zero.
import { isGrafted, type Network } from '../nn/index.ts'
import { masksOfZeros, type WeightMasks } from '../train/index.ts'

/** Masks that hold every weight that is zero, and slope and intercept of every neuron whose line is zero. */
export function heldMasks(network: Network): WeightMasks {
  return { ...masksOfZeros(network), ...masksOfZeroLines(network) }
}

function masksOfZeroLines(network: Network): WeightMasks {
  return Object.fromEntries(
    network.nodes.flatMap(({ id, layer }) => {
      if (!isGrafted(layer)) return []
      const { mask, slope, intercept } = layer
      const isFree = (i: number): boolean => mask.data[i] === 0 || slope.data[i] !== 0 || intercept.data[i] !== 0
      const free = Uint8Array.from(mask.data, (_, i) => Number(isFree(i)))
      return free.includes(0) ? [[`${id}.slope`, free], [`${id}.intercept`, free]] : [] // prettier-ignore
    }),
  )
}
