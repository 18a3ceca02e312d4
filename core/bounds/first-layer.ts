// The loose neurons of first layers on a box: their inputs are linear in the network's, and so known exactly.
import type { Network } from '../nn/index.ts'
import type { Box, Interval, PreActivationBounds } from './box.ts'
import type { Activation } from './graph.ts'
import { inputRows, type InputRow } from './input-rows.ts'
import { EnvelopeKernel, INDEX, NUMBER, type EnvelopeLoops } from './kernel/envelope-kernel.ts'
import { relaxationOf } from './relaxation/index.ts'

/** low + reach + a·ξ ≤ z ≤ high − reach + a·ξ with ξ ∈ [−1, 1] for each input: what lies between is rounding. */
export interface FirstNeuron {
  /** The activation's node and the neuron's number in it. */
  readonly id: string
  readonly neuron: number
  /** Pointers into the layer's memory: a, coefficients times the radius of their input, and as many of a line; `count`, a multiple of 4. */
  readonly a: number
  readonly line: number
  readonly count: number
  /** Pointer to the inputs they belong to; 0: all inputs in order. */
  readonly inputs: number
  /** Bounds of z that hold on the whole box, so on either side of its range. */
  readonly low: number
  readonly high: number
  /** Σ |a| */
  readonly reach: number
}

/** A neuron before it has its place in memory. */
interface FoundNeuron extends Pick<FirstNeuron, 'id' | 'neuron' | 'low' | 'high' | 'reach'> {
  /** Inputs of `scaled`; null: all in order. */
  readonly inputs: Int32Array | null
  readonly scaled: Float64Array
}

/** Most coefficients in all: 128 MiB with their lines. Neurons beyond keep their chords. */
const MOST_COEFFICIENTS = 2 ** 23

export class FirstLayer {
  readonly neurons: readonly FirstNeuron[]
  /** Half of the width of the box, [inputs]. */
  readonly radius: Float64Array
  readonly loops: EnvelopeLoops
  /** A row's coefficients on the input and a point, `width` numbers each, and one number more: pointers, and the first as an array. */
  readonly row: number
  readonly point: number
  readonly other: number
  readonly width: number
  readonly rowValues: Float64Array
  readonly otherValue: Float64Array

  constructor(found: readonly FoundNeuron[], radius: Float64Array) {
    this.radius = radius
    // One element more than inputs: where numbers of coefficients are padded to.
    this.width = padded(radius.length + 1)
    const coefficients = found.reduce((sum, { scaled }) => sum + padded(scaled.length), 0)
    const indices = found.reduce((sum, { inputs }) => sum + padded(inputs?.length ?? 0), 0)
    const { loops, numbers, indices: places } = new EnvelopeKernel(2 * (coefficients + this.width) + 1, indices)
    this.loops = loops
    this.row = 2 * coefficients * NUMBER
    this.point = this.row + this.width * NUMBER
    this.other = this.point + this.width * NUMBER
    this.rowValues = numbers.subarray(2 * coefficients, 2 * coefficients + this.width)
    this.otherValue = numbers.subarray(numbers.length - 1)
    let [from, at] = [0, 0]
    this.neurons = found.map(({ scaled, inputs, ...neuron }) => {
      const count = padded(scaled.length)
      const pointer = inputs ? places.byteOffset + at * INDEX : 0
      numbers.set(scaled, from)
      if (inputs) places.fill(radius.length, at, at + count).set(inputs, at)
      const placed = { ...neuron, count, a: from * NUMBER, line: (coefficients + from) * NUMBER, inputs: pointer }
      from += count
      at += inputs ? count : 0
      return placed
    })
  }
}

interface ReadsInput {
  readonly activation: Activation
  readonly rowOf: InputRow
}

/** The first layers of a network: the neurons of `activations` that can be split and whose layer reads the input (`inputRows`). */
export class FirstLayers {
  readonly #layers: readonly ReadsInput[]
  readonly #known = new WeakMap<Box, FirstLayer>()

  constructor(network: Network, activations: readonly Activation[]) {
    this.#layers = activations.flatMap((activation) => {
      const rowOf = relaxationOf(activation.layer).splits ? inputRows(network, activation.source) : null
      return rowOf ? [{ activation, rowOf }] : []
    })
  }

  /** Those that are loose in `bounds`. What was found once all layers had bounds is kept with the box: it holds there. */
  on(box: Box, bounds: PreActivationBounds): FirstLayer {
    const known = this.#known.get(box)
    if (known) return known
    const layers = this.#layers.filter(({ activation }) => bounds.has(activation.source))
    const made = firstLayer(layers, box, bounds)
    if (layers.length === this.#layers.length) this.#known.set(box, made)
    return made
  }
}

function firstLayer(layers: readonly ReadsInput[], box: Box, bounds: PreActivationBounds): FirstLayer {
  const radius = box.lower.map((low, i) => box.upper[i] / 2 - low / 2)
  const found: FoundNeuron[] = []
  let room = MOST_COEFFICIENTS
  for (const { activation, rowOf } of layers) {
    const { node, source, layer, neurons } = activation
    const { lower, upper } = bounds.get(source) as Interval
    const relaxation = relaxationOf(layer)
    for (let neuron = 0; neuron < neurons && room > 0; neuron++) {
      if (!relaxation.isLoose(layer, neuron, lower[neuron], upper[neuron])) continue
      const { inputs, weights } = rowOf(neuron)
      const scaled = scaledBy(radius, inputs, weights)
      found.push({ id: node.id, neuron, low: lower[neuron], high: upper[neuron], ...scaled })
      room -= scaled.scaled.length
    }
  }
  return new FirstLayer(found, radius)
}

/** A row that uses most inputs has a coefficient for all of them: that is read faster. */
function scaledBy(
  radius: Float64Array,
  inputs: Int32Array,
  weights: Float64Array,
): Pick<FoundNeuron, 'inputs' | 'scaled' | 'reach'> {
  const scaled = weights.map((weight, k) => weight * radius[inputs[k]])
  const reach = scaled.reduce((sum, a) => sum + Math.abs(a), 0)
  if (2 * inputs.length <= radius.length) return { inputs, scaled, reach }
  const all = new Float64Array(radius.length)
  inputs.forEach((input, k) => (all[input] = scaled[k]))
  return { inputs: null, scaled: all, reach }
}

/** To what the loops take. */
function padded(count: number): number {
  return Math.ceil(count / 4) * 4
}
