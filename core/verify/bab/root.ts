// What branch and bound knows before it splits anything: the open neurons, their bounds, and the rows still to prove.
import type { PreActivationBounds } from '../../bounds/box.ts'
import { flatBounds, initialAlpha, type FlatBounds } from '../../bounds/flat.ts'
import type { Cone } from '../../bounds/graph.ts'
import { relaxationOf } from '../../bounds/relaxation/index.ts'
import { parameterOf, nodeById, type Network } from '../../nn/index.ts'

/** The neurons whose relaxation is not exact at the root, in compact order. */
export interface OpenNeurons {
  /** Place in the cone's flat layout, [open]. */
  readonly index: Int32Array
  /** The way back: compact number of every neuron of the cone, −1 where it is not open. */
  readonly compact: Int32Array
  /** 1 where the neuron can be split at zero, [open]. */
  readonly splittable: Uint8Array
  /** Bias of the affine node that feeds the neuron, [open]: BaBSR's scores want it. */
  readonly bias: Float32Array
  /** Bounds of all neurons of the cone at the root. */
  readonly bounds: FlatBounds
  /** Parameters of plain CROWN for all neurons of the cone. */
  readonly alpha: Float32Array
}

/** `index`: the open neurons of an earlier search whose bounds `preActivations` tighten; by default those that are loose. */
export function openNeurons(cone: Cone, preActivations: PreActivationBounds, index?: Int32Array): OpenNeurons {
  const bounds = flatBounds(cone, preActivations)
  const places: number[] = []
  const splittable: number[] = []
  const bias: number[] = []
  const listed = index && new Set(index)
  for (const { layer, source, neurons, offset } of cone.activations) {
    const relaxation = relaxationOf(layer)
    const biases = biasesOf(cone.network, source, neurons)
    for (let i = 0; i < neurons; i++) {
      const place = offset + i
      const loose = (): boolean => relaxation.isLoose(layer, i, bounds.lower[place], bounds.upper[place])
      if (listed ? !listed.has(place) : !loose()) continue
      places.push(place)
      splittable.push(relaxation.splits ? 1 : 0)
      bias.push(biases[i])
    }
  }
  const compact = new Int32Array(cone.neurons).fill(-1)
  for (const [u, place] of places.entries()) compact[place] = u
  return {
    index: Int32Array.from(places),
    compact,
    splittable: Uint8Array.from(splittable),
    bias: Float32Array.from(bias),
    bounds,
    alpha: initialAlpha(cone, bounds),
  }
}

/** Bias of every neuron of node `id`; a sum of branches adds theirs. */
function biasesOf(network: Network, id: string, neurons: number): Float32Array {
  const result = new Float32Array(neurons)
  if (id === 'input') return result
  const { layer, inputs } = nodeById(network, id)
  if (layer.kind === 'add') {
    for (const input of inputs) biasesOf(network, input, neurons).forEach((value, i) => (result[i] += value))
    return result
  }
  if (layer.kind !== 'dense' && layer.kind !== 'conv2d') return result
  const { data } = parameterOf(layer, 'bias')
  const plane = neurons / data.length
  return result.map((_, i) => data[Math.floor(i / plane)])
}
