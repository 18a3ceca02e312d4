// The loose neurons of first layers on a box: their inputs are affine in the network's, and so known exactly.
import { INPUT } from '../nn/index.ts'
import type { Bounder } from './bounder.ts'
import type { Box, PreActivationBounds } from './box.ts'
import { relaxationOf } from './relaxation/index.ts'
import { plainCrown } from './row-ascent.ts'
import { neuronStart, startOf } from './start.ts'

/** low + reach + a·ξ ≤ z ≤ high − reach + a·ξ with ξ ∈ [−1, 1] for each input: what lies between is rounding. */
export interface FirstNeuron {
  /** The activation's node and the neuron's number in it. */
  readonly id: string
  readonly neuron: number
  /** Inputs with a coefficient; null: all of them. */
  readonly inputs: Int32Array | null
  /** a: coefficients times the radius of their input. */
  readonly scaled: Float64Array
  readonly low: number
  readonly high: number
  /** Σ |a| */
  readonly reach: number
}

/** Neurons of one call. */
const CHUNK = 256
/** Most coefficients in all: 128 MiB. Neurons beyond keep their chords. */
const MOST_COEFFICIENTS = 2 ** 24

/** Neurons of the output's cone that can be split, are loose in `bounds`, and depend on no other activation. */
export async function firstLayer(bounder: Bounder, box: Box, bounds: PreActivationBounds): Promise<FirstNeuron[]> {
  const radius = radiusOf(box)
  const found: FirstNeuron[] = []
  let room = MOST_COEFFICIENTS
  for (const { node, source, layer, neurons } of bounder.activations) {
    const relaxation = relaxationOf(layer)
    const interval = bounds.get(source)
    // On inputs themselves the chord is the envelope.
    if (source === INPUT || !interval || !relaxation.splits || !isFirst(bounder, source)) continue
    const { lower, upper } = interval
    const loose = Array.from({ length: neurons }, (_, i) => i).filter((i) =>
      relaxation.isLoose(layer, i, lower[i], upper[i]),
    )
    for (let from = 0; from < loose.length && room > 0; from += CHUNK) {
      const part = loose.slice(from, from + CHUNK)
      const made = await neuronsOf(bounder, box, bounds, { id: node.id, source, part }, radius)
      found.push(...made)
      room -= made.reduce((sum, { scaled }) => sum + scaled.length, 0)
    }
  }
  return found
}

/** Whether a node is affine in the input, on whatever way: a first layer behind a gather, or two in a row. */
export function isFirst({ network, rows }: Bounder, source: string): boolean {
  return rows.cone(startOf(network, source)).neurons === 0
}

/** Half of the width of the box, [inputs]. */
export function radiusOf({ lower, upper }: Box): Float64Array {
  return lower.map((low, i) => upper[i] / 2 - low / 2)
}

async function neuronsOf(
  bounder: Bounder,
  box: Box,
  bounds: PreActivationBounds,
  { id, source, part }: { id: string; source: string; part: readonly number[] },
  radius: Float64Array,
): Promise<FirstNeuron[]> {
  const both = part.flatMap((neuron) => [neuron, neuron])
  const signs = both.map((_, k) => (k % 2 === 0 ? 1 : -1))
  const start = neuronStart(bounder.network, source, both, signs)
  const { lower, inputs } = await bounder.rows.bound(start, { box, bounds }, plainCrown)
  const width = radius.length
  return part.map((neuron, k) => {
    const row = inputs.subarray(2 * k * width, (2 * k + 1) * width)
    return { id, neuron, low: lower[2 * k], high: -lower[2 * k + 1], ...scaledRow(row, radius) }
  })
}

function scaledRow(row: Float32Array, radius: Float64Array): Pick<FirstNeuron, 'inputs' | 'scaled' | 'reach'> {
  const used: number[] = []
  for (let i = 0; i < row.length; i++) if (row[i] !== 0 && radius[i] > 0) used.push(i)
  const inputs = 2 * used.length > row.length ? null : Int32Array.from(used)
  const scaled = Float64Array.from(inputs ?? row.keys(), (i) => row[i] * radius[i])
  return { inputs, scaled, reach: scaled.reduce((sum, a) => sum + Math.abs(a), 0) }
}
