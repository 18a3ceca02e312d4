// The loose neurons of first layers on a box: their inputs are linear in the network's, and so known exactly.
import type { Bounder } from './bounder.ts'
import type { Box, PreActivationBounds } from './box.ts'
import { inputRows } from './input-rows.ts'
import { relaxationOf } from './relaxation/index.ts'

/** low + reach + a·ξ ≤ z ≤ high − reach + a·ξ with ξ ∈ [−1, 1] for each input: what lies between is rounding. */
export interface FirstNeuron {
  /** The activation's node and the neuron's number in it. */
  readonly id: string
  readonly neuron: number
  /** Inputs with a coefficient; null: all of them. */
  readonly inputs: Int32Array | null
  /** a: coefficients times the radius of their input. */
  readonly scaled: Float64Array
  /** Bounds of z that hold on the whole box, so on either side of its range. */
  readonly low: number
  readonly high: number
  /** Σ |a| */
  readonly reach: number
}

/** Most coefficients in all: 128 MiB. Neurons beyond keep their chords. */
const MOST_COEFFICIENTS = 2 ** 24

/** Neurons of the output's cone that can be split, are loose in `bounds`, and whose layer reads the input (`inputRows`). */
export function firstLayer({ network, activations }: Bounder, box: Box, bounds: PreActivationBounds): FirstNeuron[] {
  const radius = radiusOf(box)
  const found: FirstNeuron[] = []
  let room = MOST_COEFFICIENTS
  for (const { node, source, layer, neurons } of activations) {
    const relaxation = relaxationOf(layer)
    const interval = bounds.get(source)
    const rowOf = relaxation.splits && interval ? inputRows(network, source) : null
    if (!rowOf || !interval) continue
    const { lower, upper } = interval
    for (let neuron = 0; neuron < neurons && room > 0; neuron++) {
      if (!relaxation.isLoose(layer, neuron, lower[neuron], upper[neuron])) continue
      const { inputs, weights } = rowOf(neuron)
      const own = { id: node.id, neuron, low: lower[neuron], high: upper[neuron] }
      found.push({ ...own, ...scaledBy(radius, inputs, weights) })
      room -= weights.length
    }
  }
  return found
}

/** Half of the width of the box, [inputs]. */
export function radiusOf({ lower, upper }: Box): Float64Array {
  return lower.map((low, i) => upper[i] / 2 - low / 2)
}

/** A row that uses most inputs has a coefficient for all of them: that is read faster. */
function scaledBy(
  radius: Float64Array,
  inputs: Int32Array,
  weights: Float64Array,
): Pick<FirstNeuron, 'inputs' | 'scaled' | 'reach'> {
  const scaled = weights.map((weight, k) => weight * radius[inputs[k]])
  const reach = scaled.reduce((sum, a) => sum + Math.abs(a), 0)
  if (2 * inputs.length <= radius.length) return { inputs, scaled, reach }
  const all = new Float64Array(radius.length)
  inputs.forEach((input, k) => (all[input] = scaled[k]))
  return { inputs: null, scaled: all, reach }
}
