// Bounds of neurons that envelopes raised are around the exact ranges: in windows of maps, behind inputs that were chosen twice and scaled.
import assert from 'node:assert/strict'
import { createBounder } from '../../../core/bounds/bounder.ts'
import type { Box, PreActivationBounds } from '../../../core/bounds/box.ts'
import { windowOf } from '../../../core/bounds/window.ts'
import { SeededRandom } from '../../../core/data/random.ts'
import { createNetwork, sizeOf, type Layer, type Network } from '../../../core/nn/index.ts'
import { parameter, relu } from '../../bounds/networks.ts'
import { compareExact, ExactNetwork, toNumber } from '../exact/oracle.ts'
import { runs, SEED } from '../runs.ts'
import type { Relations, Tools } from './relation.ts'

/** A box needs no program of its own, a network needs several. */
const BOXES = 10

export const envelopeNeuronRelations: Relations = {
  'envelopes of neurons in windows: around their exact ranges': (tools) =>
    requireSoundNeurons(tools, (random) => {
      const network = mapNetwork(random)
      assert.ok(windowOf(network, 'b'), 'this network is meant to have windows')
      return network
    }),
  'envelopes of neurons behind chosen and scaled inputs: around their exact ranges': (tools) =>
    requireSoundNeurons(tools, chosenNetwork),
}

async function requireSoundNeurons({ engine }: Tools, make: (random: SeededRandom) => Network): Promise<void> {
  let raised = 0
  for (let k = 0; k < runs(3).numRuns; k++) {
    const random = new SeededRandom(SEED + k)
    const network = make(random)
    const bounder = createBounder(engine, network)
    for (let box = nextBox(random, network), i = 0; i < BOXES; i++, box = nextBox(random, network)) {
      const plain = await bounder.preActivations(box)
      const bounds = await bounder.preActivations(box, { envelopes: true })
      requireAround(new ExactNetwork(network, box), bounds)
      raised += narrower(bounds, plain)
    }
  }
  assert.ok(raised > 0, 'no envelope raised anything')
}

function requireAround({ ranges }: ExactNetwork, bounds: PreActivationBounds): void {
  for (const { source, neuron, least, most } of ranges) {
    const { lower, upper } = bounds.get(source) ?? { lower: [NaN], upper: [NaN] }
    const said = `${source}[${neuron}] is said to be in [${lower[neuron]}, ${upper[neuron]}]`
    assert.ok(compareExact(least, lower[neuron]) >= 0, `${said}, its minimum is ${toNumber(least)}`)
    assert.ok(compareExact(most, upper[neuron]) <= 0, `${said}, its maximum is ${toNumber(most)}`)
  }
}

/** How many neurons have a tighter bound than in `plain`. */
function narrower(bounds: PreActivationBounds, plain: PreActivationBounds): number {
  return [...bounds].reduce((count, [id, { lower, upper }]) => {
    const other = plain.get(id)
    return count + lower.filter((low, i) => other && (low > other.lower[i] || upper[i] < other.upper[i])).length
  }, 0)
}

/** Two inputs next to each other are free. */
function nextBox(random: SeededRandom, { inputShape }: Network): Box {
  const size = sizeOf(inputShape)
  const first = random.integer(size - 1)
  const width = [0.3, 1, 2][random.integer(3)]
  const centre = Float64Array.from({ length: size }, () => random.normal())
  const end = (sign: number): Float64Array =>
    centre.map((value, i) => (i === first || i === first + 1 ? value + sign * width : value))
  return { lower: end(-1), upper: end(1) }
}

/** A map of 7×5 with padding and strides, whose second convolution is bounded in windows. */
function mapNetwork(random: SeededRandom): Network {
  const convolution = (pads: readonly [number, number, number, number], stride: number): Layer => ({
    kind: 'conv2d',
    weight: parameter([1, 1, 3, 2], () => random.normal()),
    bias: parameter([1], () => 0.3 * random.normal()),
    strides: [stride, 1],
    pads,
  })
  return createNetwork({
    name: 'map',
    inputShape: [1, 7, 5],
    nodes: [
      { id: 'a', layer: convolution([0, 1, 1, 0], 1) },
      { id: 'ra', layer: relu },
      { id: 'b', layer: convolution([1, 0, 0, 1], 2) },
      { id: 'rb', layer: relu },
    ],
  })
}

/** Three inputs, each taken twice and scaled down, some of them by a negative number. */
function chosenNetwork(random: SeededRandom): Network {
  const linear = (inputs: number, outputs: number, sign: (weight: number) => number): Layer => ({
    kind: 'dense',
    weight: parameter([outputs, inputs], () => sign(random.normal())),
    bias: parameter([outputs], () => 0.3 * random.normal()),
  })
  return createNetwork({
    name: 'chosen',
    inputShape: [3],
    nodes: [
      { id: 'pick', layer: { kind: 'gather', shape: [6], indices: [1, 0, 2, 1, 0, 2] } },
      {
        id: 'scale',
        layer: {
          kind: 'affine',
          scale: parameter([6], () => (random.integer(4) === 0 ? -1 : 1) * random.between(0.2, 0.6)),
          shift: parameter([6], () => random.normal()),
        },
      },
      { id: 'a', layer: linear(6, 5, (weight) => weight) },
      { id: 'ra', layer: relu },
      // Of one sign: least at a corner, where the envelope is exact for one neuron.
      { id: 'b', layer: linear(5, 4, (weight) => -Math.abs(weight)) },
      { id: 'rb', layer: relu },
    ],
  })
}
