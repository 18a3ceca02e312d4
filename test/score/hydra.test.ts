// Learned scores: the gates' gradient against differences of the loss, neurons that matter kept, the same scores from the same seed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trainMethodSchema } from '../../core/contract/recipe.ts'
import { createDataset, type Dataset } from '../../core/data/dataset.ts'
import { SeededRandom } from '../../core/data/random.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { graftNeurons, readyToGraft } from '../../core/graft/index.ts'
import { createNetwork, evaluate64, withParameters, type Network, type Parameter } from '../../core/nn/index.ts'
import { flatScores, lowestIndices, scoreByHydra, type HydraScoreOptions } from '../../core/score/index.ts'
import { gateStep } from '../../core/score/gate-step.ts'
import { graftLayout, unpack } from '../../core/train/layout.ts'
import { convNetwork, images } from './support.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine({ threads: 1 })
})
afterAll(() => engine.dispose())

const standard = trainMethodSchema.parse({ kind: 'standard' })
const every = (dataset: Dataset): Uint32Array => Uint32Array.from({ length: dataset.count }, (_, i) => i)

/** The network without batch normalisation, so that a batch is as good as its images. */
function gated(): Network {
  const network = convNetwork()
  const nodes = network.nodes
    .filter(({ id }) => id !== 'bn1')
    .map(({ id, layer, inputs }) => ({
      id,
      layer,
      inputs: inputs.map((input) => (input === 'bn1' ? 'dense1' : input)),
    }))
  return readyToGraft(createNetwork({ name: 'gated', inputShape: network.inputShape, nodes }))
}

function meanLoss(network: Network, dataset: Dataset, masks: Float32Array): number {
  const masked = withParameters(network, unpack(graftLayout(network), masks))
  let sum = 0
  for (let index = 0; index < dataset.count; index++) {
    const logits = evaluate64(masked, Float64Array.from(dataset.image(index)))
    sum += Math.log(logits.reduce((total, logit) => total + Math.exp(logit), 0)) - logits[dataset.labels[index]]
  }
  return sum / dataset.count
}

describe('the gates', () => {
  it('have the gradient Σ h ∂L/∂y: closing one gate of a linear read-out changes the loss by as much, to first order', async () => {
    const network = gated()
    const data = images(20)
    const masks = Float32Array.from({ length: 16 }, (_, i) => Number(i % 3 === 0))
    const step = gateStep(engine, network, data, { loss: standard, epsilon: 0, seed: 1 })
    const { loss, gradient } = await step.run(every(data), masks, { epoch: 1, batch: 0, batches: 1 })
    expect(loss).toBeCloseTo(meanLoss(network, data, masks), 5)
    const scaled = (neuron: number, by: number): Network => scaleReaders(network, neuron, by)
    // The gates of the last hidden layer scale the columns of the output layer.
    for (const neuron of [13, 14]) {
      expect(masks[neuron]).toBe(0)
      const h = 1e-4
      const change =
        meanLoss(scaled(neuron - 12, 1 + h), data, masks) - meanLoss(scaled(neuron - 12, 1 - h), data, masks)
      expect(gradient[neuron]).toBeCloseTo(change / (2 * h), 4)
    }
  })
})

/** The output layer's column of one neuron, times a factor: its gate at that value. */
function scaleReaders(network: Network, neuron: number, by: number): Network {
  const { layer } = network.nodes.at(-1) ?? expect.fail()
  if (layer.kind !== 'dense') throw new Error('no dense layer')
  const [, columns] = layer.weight.shape
  const data = Float64Array.from(layer.weight.data, (value, i) => (i % columns === neuron ? value * by : value))
  return withParameters(network, { 'out.weight': data })
}

/** Two classes told apart by the first pixel; neurons 0 and 1 carry it, 2 and 3 carry noise to the wrong side. */
function usefulAndHarmful(): { network: Network; data: Dataset } {
  const parameter = (shape: number[], values: number[]): Parameter => ({ shape, data: Float32Array.from(values) })
  const network = createNetwork({
    name: 'useful',
    inputShape: [2],
    nodes: [
      { id: 'd1', layer: { kind: 'dense', weight: parameter([4, 2], [1, 0, -1, 0, 0, 3, 0, 3]), bias: parameter([4], [0, 1, 0, 0]) } },
      { id: 'r1', layer: { kind: 'relu' } },
      { id: 'd2', layer: { kind: 'dense', weight: parameter([2, 4], [-4, 4, 2, -2, 4, -4, -2, 2.2]), bias: parameter([2], [0, 0]) } },
    ],
  }) // prettier-ignore
  const random = new SeededRandom(3)
  const pixels = Uint8Array.from({ length: 400 }, () => random.integer(256))
  const labels = Uint8Array.from({ length: 200 }, (_, i) => Number(pixels[2 * i] > 127))
  const data = createDataset({ name: 'split', split: 'train', shape: [1, 1, 2], classes: ['a', 'b'], pixels, labels, source: 'test' }) // prettier-ignore
  return { network, data }
}

describe('Hydra', () => {
  const options = (given: Partial<HydraScoreOptions>): HydraScoreOptions => ({
    ratio: 0.5,
    loss: standard,
    epsilon: 0.05,
    epochs: 4,
    batchSize: 20,
    learningRate: 0.1,
    seed: 1,
    images: Uint32Array.from({ length: 200 }, (_, i) => i),
    ...given,
  })
  const { network, data } = usefulAndHarmful()

  it.each(['standard', 'fat', 'pgd', 'trades'] as const)('keeps the neurons that %s training needs', async (kind) => {
    const loss = trainMethodSchema.parse({ kind })
    const told: number[] = []
    const scores = flatScores(
      await scoreByHydra(
        engine,
        readyToGraft(network),
        data,
        options({ loss, onStep: (done, steps) => told.push(done / steps) }),
      ),
    )
    expect(Array.from(lowestIndices(scores, 2)).sort()).toEqual([2, 3])
    expect([told.length, told.at(-1)]).toEqual([40, 1])
  })

  it('gives the same scores for the same seed, others for another', async () => {
    const run = async (seed: number): Promise<number[]> =>
      Array.from(flatScores(await scoreByHydra(engine, readyToGraft(network), data, options({ seed, epochs: 1 }))))
    expect(await run(1)).toEqual(await run(1))
    expect(await run(1)).not.toEqual(await run(2))
  })

  it('leaves lines as they are', async () => {
    const nothing = new Float32Array(4)
    const lined = graftNeurons(readyToGraft(network), Uint32Array.of(0), {
      slope: nothing.map(() => 1),
      intercept: nothing,
    })
    const [before, after] = await Promise.all(
      [1e-9, 0.1].map(async (learningRate) =>
        flatScores(await scoreByHydra(engine, lined, data, options({ learningRate, epochs: 1, ratio: 0.25 }))),
      ),
    )
    expect(after[0]).toBe(before[0])
    expect(after[1]).not.toBeCloseTo(before[1], 6)
  })

  it('can be stopped', async () => {
    await expect(
      scoreByHydra(engine, readyToGraft(network), data, options({ signal: AbortSignal.abort() })),
    ).rejects.toMatchObject({ code: 'job/cancelled' })
  })
})
