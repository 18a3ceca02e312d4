// Importance scores: SAP and GAP against plain float64 loops, the choice of images, ranks with ties.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Dataset } from '../../core/data/dataset.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { evaluateNodes64, ruleOf, type Network, type Shape } from '../../core/nn/index.ts'
import {
  chooseImages,
  normalisedRanks,
  scoreAtRandom,
  scoreByActivation,
  scoreByGradient,
  type LayerScores,
} from '../../core/score/index.ts'
import { convNetwork, images } from './support.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine({ threads: 1 })
})
afterAll(() => engine.dispose())

const network = convNetwork()
const data = images(70)
const all = { images: 1000, seed: 1 }

/** Cross-entropy of image `index` where neuron `at` of `changed` moves by `step`, from there on in float64. */
function loss(index: number, x: Float64Array, changed = '', at = 0, step = 0): number {
  const values = new Map<string, Float64Array>([['input', x]])
  const shapes = new Map<string, Shape>([['input', network.inputShape]])
  for (const { id, layer, inputs, shape } of network.nodes) {
    const points = inputs.map((input) => values.get(input) as Float64Array)
    const value = ruleOf(layer).evaluate(layer, points, inputs.map((input) => shapes.get(input) as Shape), shape) // prettier-ignore
    if (id === changed) value[at] += step
    values.set(id, value)
    shapes.set(id, shape)
  }
  const logits = values.get(network.output) as Float64Array
  const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0)
  return Math.log(sum) - logits[data.labels[index]]
}

const pixels = (dataset: Dataset, index: number): Float64Array => Float64Array.from(dataset.image(index))

function meanOf(of: (index: number) => number): number {
  return Array.from({ length: data.count }, (_, index) => of(index)).reduce((a, b) => a + b, 0) / data.count
}

function gradientMagnitude(id: string, neuron: number, x: (index: number) => Float64Array): number {
  const h = 1e-5
  return meanOf((i) => Math.abs(loss(i, x(i), id, neuron, h) - loss(i, x(i), id, neuron, -h)) / (2 * h))
}

function expectScores(
  scores: readonly LayerScores[],
  nodes: readonly string[],
  of: (id: string, at: number) => number,
) {
  expect(scores.map(({ activation }) => activation)).toEqual(['relu1', 'relu2'])
  expect(scores.map((layer) => layer.scores.length)).toEqual([12, 4])
  for (const [index, layer] of scores.entries())
    for (const [neuron, score] of layer.scores.entries()) expect(score).toBeCloseTo(of(nodes[index], neuron), 4)
}

describe('SAP', () => {
  it.each([
    ['post', ['relu1', 'relu2']],
    ['pre', ['conv1', 'bn1']],
  ] as const)('is the mean size of the %s-activation', async (at, nodes) => {
    const scores = await scoreByActivation(engine, network, data, { ...all, at })
    expectScores(scores, nodes, (id, neuron) =>
      meanOf((i) => Math.abs((evaluateNodes64(network, pixels(data, i)).get(id) as Float64Array)[neuron])),
    )
  })
})

describe('GAP', () => {
  it.each([
    ['post', ['relu1', 'relu2']],
    ['pre', ['conv1', 'bn1']],
  ] as const)('is the mean size of the derivative of the loss, %s-activation', async (at, nodes) => {
    const scores = await scoreByGradient(engine, network, data, { ...all, at, inputs: 'clean', epsilon: 0.1 })
    expectScores(scores, nodes, (id, neuron) => gradientMagnitude(id, neuron, (i) => pixels(data, i)))
  })

  it('is taken at the attacked image where that is asked for', async () => {
    const attacked = (index: number): Float64Array => {
      const x = pixels(data, index)
      return x.map((value, k) => {
        const moved = (by: number): Float64Array => x.with(k, value + by)
        const slope = loss(index, moved(1e-6)) - loss(index, moved(-1e-6))
        return Math.min(1, Math.max(0, value + 0.1 * Math.sign(slope)))
      })
    }
    const points = Array.from({ length: data.count }, (_, index) => attacked(index))
    const scores = await scoreByGradient(engine, network, data, { ...all, at: 'post', inputs: 'fgsm', epsilon: 0.1 })
    expectScores(scores, ['relu1', 'relu2'], (id, neuron) => gradientMagnitude(id, neuron, (i) => points[i]))
  })
})

describe('the images', () => {
  it('are different ones, the same for the same seed, and more contain the fewer', () => {
    const few = chooseImages(data, 10, 3)
    expect(new Set(few).size).toBe(10)
    expect(chooseImages(data, 10, 3)).toEqual(few)
    expect(chooseImages(data, 10, 4)).not.toEqual(few)
    const more = new Set(chooseImages(data, 30, 3))
    expect(few.every((image) => more.has(image))).toBe(true)
    expect(chooseImages(data, 1000, 3)).toEqual(Uint32Array.from({ length: 70 }, (_, i) => i))
  })

  it('decide the score: fewer images give another mean', async () => {
    const few = await scoreByActivation(engine, network, data, { images: 7, seed: 2, at: 'post' })
    const chosen = chooseImages(data, 7, 2)
    const value = (image: number): number =>
      (evaluateNodes64(network, pixels(data, image)).get('relu2') as Float64Array)[1]
    expect(few[1].scores[1]).toBeCloseTo(chosen.reduce((sum, image) => sum + value(image), 0) / 7, 4)
  })

  it.each([0, 1.5, NaN])('cannot be %f', (count) => {
    expect(() => chooseImages(data, count, 1)).toThrow(expect.objectContaining({ code: 'recipe/invalid' }))
  })
})

describe('random scores', () => {
  it('are the same for the same seed', () => {
    const scores = (seed: number): number[] => scoreAtRandom(network, seed).flatMap((layer) => Array.from(layer.scores))
    expect(scores(1)).toEqual(scores(1))
    expect(scores(1)).not.toEqual(scores(2))
    expect(new Set(scores(1)).size).toBe(16)
  })

  it('need neurons', () => {
    const affine: Network = { ...network, nodes: network.nodes.filter(({ layer }) => layer.kind !== 'relu') }
    expect(() => scoreAtRandom(affine, 1)).toThrow(expect.objectContaining({ code: 'model/unsupported' }))
  })
})

describe('ranks', () => {
  it('run from 0 to 1, ties in the middle of the ranks they take up', () => {
    expect(Array.from(normalisedRanks([5, 1, 3, 3, 9]))).toEqual([0.75, 0, 0.375, 0.375, 1])
  })

  it('are all one half where all are equal, and 0 for a single score', () => {
    expect(Array.from(normalisedRanks([2, 2, 2]))).toEqual([0.5, 0.5, 0.5])
    expect(Array.from(normalisedRanks(Float64Array.of(7)))).toEqual([0])
  })
})
