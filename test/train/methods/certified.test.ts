// Bounds of certified training against those of the verifier, and the schedule of ε.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBounder, type Bounder } from '../../../core/bounds/bounder.ts'
import type { Box, OutputRows } from '../../../core/bounds/box.ts'
import { intervalRows } from '../../../core/bounds/interval-rows.ts'
import { intervalBounds } from '../../../core/bounds/interval.ts'
import { SeededRandom } from '../../../core/data/random.ts'
import { openEngine, type Engine } from '../../../core/engine/engine.ts'
import { tf } from '../../../core/engine/tensor.ts'
import { allParameters, evaluate64, forwardIntervals, sizeOf, type Network } from '../../../core/nn/index.ts'
import { constant } from '../../../core/engine/constant.ts'
import { ballOf } from '../../../core/train/ball.ts'
import { oneHot } from '../../../core/train/loss.ts'
import { ruleOfMethod } from '../../../core/train/methods/registry.ts'
import { crownMargins } from '../../../core/train/methods/crown-margins.ts'
import { intervalMargins } from '../../../core/train/methods/interval-margins.ts'
import { reluInstability } from '../../../core/train/relu-stability.ts'
import { isCurved, kinds, randomNetwork } from '../../bounds/networks.ts'

let engine: Engine
beforeAll(async () => (engine = await openEngine({ threads: 1, precision: 'float64' })))
afterAll(() => engine.dispose())

const batch = 3
const classes = 2

/** Everything certified training bounds, in float64. */
async function trainingBounds(network: Network, images: Float64Array, labels: readonly number[], epsilon: number) {
  const parameters = (): Record<string, ReturnType<typeof constant>> =>
    Object.fromEntries(
      allParameters(network).map(({ name, parameter }) => [name, constant(parameter.data, parameter.shape)]),
    )
  const program = await engine.compile<string, string>({
    name: 'bounds of training',
    key: `${network.name} ${epsilon}`,
    inputs: {
      images: { shape: [batch, ...network.inputShape] },
      targets: { shape: [batch, classes] },
      epsilon: { shape: [] },
    },
    build: (given) => {
      const named = parameters()
      const intervals = forwardIntervals(network, ballOf(given.images, given.epsilon), named)
      const context = { network, targets: given.targets }
      const outputs: Record<string, ReturnType<typeof constant>> = {
        byIntervals: intervalMargins(context, named, intervals),
        byCrown: crownMargins(context, named, intervals),
        instability: tf.reshape(reluInstability(network, intervals, named), [1]),
      }
      for (const [id, { lower, upper }] of Object.entries(intervals))
        if (id !== 'input')
          Object.assign(outputs, { [`lower ${id}`]: tf.add(lower, 0), [`upper ${id}`]: tf.add(upper, 0) })
      return outputs
    },
  })
  const targets = Float64Array.from(oneHot(labels, classes))
  return program.run({ images, targets, epsilon: Float64Array.of(epsilon) })
}

function boxOf(image: Float64Array, epsilon: number): Box {
  return { lower: image.map((x) => Math.max(0, x - epsilon)), upper: image.map((x) => Math.min(1, x + epsilon)) }
}

/** label − k for every class k. */
function marginRows(label: number): OutputRows {
  const coefficients = new Float64Array(classes * classes)
  for (let k = 0; k < classes; k++) {
    coefficients[k * classes + label] += 1
    coefficients[k * classes + k] -= 1
  }
  return { rows: classes, coefficients, offsets: new Float64Array(classes) }
}

describe.each(kinds)('on %s networks', (kind) => {
  it.each([0, 0.02, 0.3])('bounds are those of the verifier, and hold, at ε %d', async (epsilon) => {
    const network = randomNetwork(kind, 5)
    const random = new SeededRandom(6)
    const size = sizeOf(network.inputShape)
    const images = Float64Array.from({ length: batch * size }, () => random.uniform())
    const labels = [0, 1, 1]
    const found = await trainingBounds(network, images, labels, epsilon)
    const bounder: Bounder = createBounder(engine, network)
    for (let image = 0; image < batch; image++) {
      const pixels = images.slice(image * size, (image + 1) * size)
      const box = boxOf(pixels, epsilon)
      const { preActivations } = intervalBounds(network, box)
      for (const [id, { lower, upper }] of preActivations) {
        if (id === 'input') continue
        for (const [name, wanted] of [
          [`lower ${id}`, lower],
          [`upper ${id}`, upper],
        ] as const)
          // prettier-ignore
          wanted.forEach((value, i) => expect(found[name][image * wanted.length + i]).toBeCloseTo(value, 6))
      }
      const rows = marginRows(labels[image])
      const merged = intervalRows(network, box, rows).lower
      const { crown } = await bounder.outputs(box, rows, preActivations)
      for (let k = 0; k < classes; k++) {
        const at = image * classes + k
        expect(found.byIntervals[at]).toBeCloseTo(k === labels[image] ? 0 : merged[k], 6)
        if (!isCurved(kind)) expect(found.byCrown[at]).toBeCloseTo(crown.lower[k], 5)
      }
      for (let trial = 0; trial < 50; trial++) {
        const point = box.lower.map((lower, i) => lower + random.uniform() * (box.upper[i] - lower))
        const logits = evaluate64(network, point)
        for (let k = 0; k < classes; k++) {
          const margin = logits[labels[image]] - logits[k]
          expect(margin).toBeGreaterThanOrEqual(found.byIntervals[image * classes + k] - 1e-5)
          expect(margin).toBeGreaterThanOrEqual(found.byCrown[image * classes + k] - 1e-5)
        }
      }
    }
  })
})

describe('ReLU stability', () => {
  it('is −Σ tanh(1 + l·u) over ReLUs that are no lines, mean over images', async () => {
    const network = randomNetwork('grafted', 5)
    const images = Float64Array.from({ length: batch * 3 }, (_, i) => (i % 4) / 4)
    const { instability } = await trainingBounds(network, images, [0, 1, 1], 0.1)
    let sum = 0
    for (let image = 0; image < batch; image++) {
      const { preActivations } = intervalBounds(network, boxOf(images.slice(image * 3, image * 3 + 3), 0.1))
      for (const { layer, inputs } of network.nodes) {
        if (layer.kind !== 'relu' && layer.kind !== 'graftedRelu') continue
        const bounds = preActivations.get(inputs[0])
        bounds?.lower.forEach((lower, i) => {
          if (layer.kind === 'relu' || layer.mask.data[i] === 0) sum += Math.tanh(1 + lower * bounds.upper[i])
        })
      }
    }
    expect(sum).not.toBe(0)
    expect(instability[0]).toBeCloseTo(-sum / batch, 6)
  })
})

describe('the schedule of certified training', () => {
  const method = { kind: 'crown-ibp', cleanEpochs: 2, rampEpochs: 4, cleanShare: 0.5, stability: 0.1 } as const

  it.each([
    [0, { epsilon: 0, clean: 1, crown: 1, stability: 0.1 }],
    [2, { epsilon: 0, clean: 1, crown: 1, stability: 0.1 }],
    [4, { epsilon: 0.1, clean: 0.75, crown: 0.5, stability: 0.05 }],
    [6, { epsilon: 0.2, clean: 0.5, crown: 0, stability: 0 }],
    [60, { epsilon: 0.2, clean: 0.5, crown: 0, stability: 0 }],
  ])('after %d epochs', (epochs, wanted) => {
    const dials = ruleOfMethod(method).dials(method, { epochs, epsilon: 0.2 })
    for (const [name, value] of Object.entries(wanted)) expect(dials[name]).toBeCloseTo(value, 12)
  })

  it('without a ramp has its full ε at once', () => {
    const dials = ruleOfMethod(method).dials({ ...method, rampEpochs: 0 }, { epochs: 2, epsilon: 0.2 })
    expect(dials.epsilon).toBe(0.2)
    expect(ruleOfMethod(method).settled(method)).toBe(6)
  })
})
