// Pruning as stages of a job: every method ends, after fine-tuning, at exactly the share that was asked for.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RecipeInput } from '../../core/contract/recipe.ts'
import type { JobRow } from '../../core/contract/rows.ts'
import { openDataset } from '../../core/data/open.ts'
import { executeJob } from '../../core/jobs/execute/job.ts'
import { loadModel } from '../../core/jobs/execute/models.ts'
import { readRecipe } from '../../core/jobs/recipe/text.ts'
import {
  countNeurons,
  countNonzeroWeights,
  countWeights,
  evaluate64,
  networkHash,
  type Network,
} from '../../core/nn/index.ts'
import { zeroNeurons } from '../../core/prune/index.ts'
import { openJobHome, type JobHome } from './job-support.ts'
import { pruningWays } from './simplify-ways.ts'

let home: JobHome
beforeAll(async () => {
  home = await openJobHome()
})
afterAll(() => home.dispose())

const train = { epochs: 2, batchSize: 32, validation: 0 } as const

async function start(variants: RecipeInput['variants'], verify: RecipeInput['verify']): Promise<JobRow> {
  const data = { source: 'sample', train: 300, test: 40 } as const
  const job = await home.insert({ name: 'pruning', provider: 'cpu', data, variants, verify })
  const { error } = await executeJob(home.store, job, new AbortController().signal, () => undefined)
  expect(error).toBeNull()
  return job
}

async function run(variants: RecipeInput['variants']): Promise<ReadonlyMap<string, Network>> {
  const images = { select: 'indices' as const, indices: [0] }
  return home.networks(await start(variants, { images, method: 'interval', epsilon: 0.01 }))
}

describe('pruning in a job', () => {
  const from = 'run:pruning/base'
  beforeAll(async () => {
    await run([{ name: 'base', architecture: 'net1', train }])
  })

  const cases = Object.values(pruningWays).flat()

  it.each(cases)('ends, after fine-tuning, at the share asked for: %j', async (simplify) => {
    const networks = await run([{ name: 'pruned', from, simplify, fineTune: train }])
    const network = networks.get('pruned') ?? expect.fail()
    const zeros = zeroNeurons(network).reduce((sum, zero) => sum + zero, 0)
    const figures = [countNeurons(network), zeros, countWeights(network) - countNonzeroWeights(network)]
    if (simplify.method === 'neuron') expect(figures).toEqual([55, 0, 0])
    else if (simplify.method === 'weight') expect(figures).toEqual([112, 0, 26_448])
    else expect(figures).toEqual([112, 56, 0])
  })

  it('goes on holding zeros where a later variant is fine-tuned without simplification', async () => {
    const networks = await run([
      { name: 'zeroed', from, simplify: { method: 'random', ratio: 0.5 } },
      { name: 'tuned', from: 'zeroed', fineTune: train },
    ])
    const zeros = (name: string): Uint8Array => zeroNeurons(networks.get(name) ?? expect.fail())
    expect(zeros('tuned')).toEqual(zeros('zeroed'))
  })
})

describe('pruning-identified exemplars', () => {
  it('are what the asked variants are verified on: the images on which single networks differ', async () => {
    const job = await start(
      [
        { name: 'dense', architecture: 'net1', train },
        { name: 'pruned', from: 'dense', simplify: { method: 'weight', ratio: 0.9 } },
      ],
      {
        images: { select: 'pie', dense: ['dense'], pruned: ['pruned'], asked: ['pruned'], count: 3 },
        method: 'interval',
        epsilon: 0.001,
      },
    )
    const [dense, pruned] = await home.store.runs.ofJob(job.id)
    const { test } = await openDataset(job.recipe.data)
    const [before, after] = await Promise.all(
      [dense, pruned].map(({ modelId }) => loadModel(home.store, modelId ?? '')),
    )
    const predicted = (network: Network, index: number): number => {
      const logits = evaluate64(network, Float64Array.from(test.image(index)))
      return logits.indexOf(Math.max(...logits))
    }
    const differing = Array.from(test.labels.keys()).filter(
      (index) => predicted(before.network, index) !== predicted(after.network, index),
    )
    expect(differing.length).toBeGreaterThan(3)
    const rows = await home.store.verdicts.ofRun(pruned.id)
    const expected = differing.slice(0, 3).map((index) => [index, 'pie'])
    expect(rows.map(({ imageIndex, group }) => [imageIndex, group])).toEqual(expected)
    expect([dense.summary?.images, pruned.summary?.images]).toEqual([0, 3])
  })
})

describe('a population', () => {
  it('is made of variants with seeds of their own, each as the recipe with that seed makes it', async () => {
    const trained = { architecture: 'net1', train: { ...train, epochs: 1 } } as const
    const networks = await run([
      { name: 'one', ...trained },
      { name: 'two', seed: 2, ...trained },
      { name: 'again', seed: 2, ...trained },
    ])
    const hash = (name: string): string => networkHash(networks.get(name) ?? expect.fail())
    expect(hash('one')).not.toBe(hash('two'))
    expect(hash('again')).toBe(hash('two'))
  })
})

describe('a recipe', () => {
  const variants = (simplify: object, more: object = {}): object => ({
    name: 'r',
    variants: [{ name: 'a', architecture: 'net1', simplify: { ratio: 0.5, ...simplify }, ...more }],
    verify: null,
  })

  it.each([
    [{ method: 'sap', gradual: {} }, {}, 'needs epochs of fine-tuning'],
    [{ method: 'weight', gradual: {} }, { fineTune: { epochs: 0 } }, 'needs epochs of fine-tuning'],
    [{ method: 'gap', inputs: 'fgsm' }, {}, 'has no ε to bound or attack neurons at'],
    [{ method: 'hydra' }, {}, 'has no ε to bound or attack neurons at'],
    [{ method: 'sap', gradual: { span: 0 } }, { fineTune: {} }, 'gradual.span'],
  ])('that could not be carried out is refused: %j %j', (simplify, more, message) => {
    expect(() => readRecipe(variants(simplify, more))).toThrow(message)
  })

  it('names populations that there are', () => {
    const images = { select: 'pie', dense: ['a'], pruned: ['b'] }
    const value = { ...variants({ method: 'sap' }), verify: { images } }
    expect(() => readRecipe(value)).toThrow("is 'b', which is no variant")
  })

  it.each([
    { method: 'gap' },
    { method: 'hydra', loss: { kind: 'standard' } },
    { method: 'gap', inputs: 'fgsm', epsilon: 0.1 },
  ])('needs no verification for %j', (simplify) => expect(() => readRecipe(variants(simplify))).not.toThrow())
})
