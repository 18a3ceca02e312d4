// The loose neurons of first layers on a box: their inputs are linear in the network's, and so known exactly.
import type { Network } from '../nn/index.ts'
import type { Box, Interval, PreActivationBounds } from './box.ts'
import type { Activation } from './graph.ts'
import { inputRows, type InputRow } from './input-rows.ts'
import { EnvelopeKernel } from './kernel/envelope-kernel.ts'
import { relaxationOf } from './relaxation/index.ts'

/** low + reach + a·ξ ≤ z ≤ high − reach + a·ξ with ξ ∈ [−1, 1] for each input: what lies between is rounding. */
export interface FirstNeuron {
  /** The activation's node and the neuron's number in it. */
  readonly id: string
  readonly neuron: number
  /** Where a, coefficients times the radius of their input, begins among the layer's; `count` of them, an even number. */
  readonly from: number
  readonly count: number
  /** Where the inputs they belong to begin among the layer's; null: all inputs in order. */
  readonly inputs: number | null
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
  readonly kernel: EnvelopeKernel
  /** Coefficients of all neurons, and of their lines. */
  readonly coefficients: number
  /** Places of a row's coefficients on the input and of a point in the kernel's numbers, `width` each. */
  readonly row: number
  readonly point: number
  readonly width: number

  constructor(found: readonly FoundNeuron[], radius: Float64Array) {
    this.radius = radius
    // One element more than inputs: where odd numbers of coefficients are padded to.
    this.width = even(radius.length + 1)
    this.coefficients = found.reduce((sum, { scaled }) => sum + even(scaled.length), 0)
    this.row = 2 * this.coefficients
    this.point = this.row + this.width
    const indices = found.reduce((sum, { inputs }) => sum + even(inputs?.length ?? 0), 0)
    this.kernel = new EnvelopeKernel(this.point + this.width, indices)
    let [from, at] = [0, 0]
    this.neurons = found.map(({ scaled, inputs, ...neuron }) => {
      const count = even(scaled.length)
      const placed = { ...neuron, from, count, inputs: inputs && at }
      this.kernel.numbers.set(scaled, from)
      from += count
      if (!inputs) return placed
      this.kernel.indices.fill(radius.length, at, at + count).set(inputs, at)
      at += count
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

function even(count: number): number {
  return count + (count % 2)
}
