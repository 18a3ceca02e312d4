// Pruning as stages of a job: every method ends, after fine-tuning, at exactly the share that was asked for.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recipeSchema, type RecipeInput, type SimplifyOptions } from '../../core/contract/recipe.ts'
import type { JobRow } from '../../core/contract/rows.ts'
import { executeJob } from '../../core/jobs/execute/job.ts'
import { loadModel } from '../../core/jobs/execute/models.ts'
import { createId } from '../../core/jobs/ids.ts'
import { runsOf } from '../../core/jobs/new-job.ts'
import { readRecipe } from '../../core/jobs/recipe/text.ts'
import { countNeurons, countNonzeroWeights, countWeights, type Network } from '../../core/nn/index.ts'
import { zeroNeurons } from '../../core/prune/index.ts'
import { openStore } from '../../core/store/open.ts'
import type { Store } from '../../core/store/store.ts'

let home: string
let store: Store
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'espalier-pruning-'))
  store = await openStore(home)
})
afterAll(async () => {
  await store.close()
  rmSync(home, { recursive: true })
})

type Method = Exclude<SimplifyOptions['method'], 'none' | 'graft'>
type Simplify = NonNullable<RecipeInput['variants'][number]['simplify']>

const train = { epochs: 2, batchSize: 32, validation: 0 } as const
const gradual = { span: 1, rerank: true }

const ways: Readonly<Record<Method, readonly Simplify[]>> = {
  neuron: [{ method: 'neuron', ratio: 0.5 }],
  weight: [
    { method: 'weight', ratio: 0.5 },
    { method: 'weight', ratio: 0.5, gradual: { span: 1 } },
  ],
  sap: [
    { method: 'sap', ratio: 0.5, images: 50, at: 'pre' },
    { method: 'sap', ratio: 0.5, images: 50, gradual },
  ],
  gap: [{ method: 'gap', ratio: 0.5, images: 50, inputs: 'fgsm' }],
  hydra: [{ method: 'hydra', ratio: 0.5, epochs: 1, batchSize: 100, loss: { kind: 'fat', gradAlign: 0 } }],
  random: [{ method: 'random', ratio: 0.5, gradual: { span: 0.5 } }],
}

async function run(variants: RecipeInput['variants']): Promise<ReadonlyMap<string, Network>> {
  const recipe = recipeSchema.parse({
    name: 'pruning',
    provider: 'cpu',
    data: { source: 'sample', train: 300, test: 20 },
    variants,
    verify: { images: { select: 'indices', indices: [0] }, method: 'interval', epsilon: 0.01 },
  } satisfies RecipeInput)
  const times = { createdAt: new Date().toISOString(), startedAt: null, finishedAt: null }
  const job: JobRow = { id: createId('job'), name: recipe.name, title: '', state: 'running', recipe, ...times, pid: null, error: null, environment: {} } // prettier-ignore
  await store.jobs.insert(job)
  await store.runs.insert(...runsOf(job))
  const { error } = await executeJob(store, job, new AbortController().signal, () => undefined)
  expect(error).toBeNull()
  const rows = await store.runs.ofJob(job.id)
  const models = await Promise.all(
    rows.map(async ({ variant, modelId }) => [variant, (await loadModel(store, modelId ?? '')).network] as const),
  )
  return new Map(models)
}

describe('pruning in a job', () => {
  it('ends at the share asked for, with every method, at once or little by little', async () => {
    const pruned = Object.values(ways).flatMap((simplify) =>
      simplify.map((one, index) => ({ name: `${one.method}-${index}`, from: 'base', simplify: one, fineTune: train })),
    )
    const networks = await run([{ name: 'base', architecture: 'net1', train }, ...pruned])
    for (const [name, network] of networks) {
      const zeros = zeroNeurons(network).reduce((sum, zero) => sum + zero, 0)
      const figures = [countNeurons(network), zeros, countWeights(network) - countNonzeroWeights(network)]
      if (name === 'base') expect(figures).toEqual([112, 0, 0])
      else if (name.startsWith('neuron')) expect(figures).toEqual([55, 0, 0])
      else if (name.startsWith('weight')) expect([name, ...figures]).toEqual([name, 112, 0, 26_448])
      else expect([name, ...figures]).toEqual([name, 112, 56, 0])
    }
  })

  it('goes on holding zeros where a later variant is fine-tuned without simplification', async () => {
    const networks = await run([
      { name: 'base', architecture: 'net1', train },
      { name: 'zeroed', from: 'base', simplify: { method: 'random', ratio: 0.5 } },
      { name: 'tuned', from: 'zeroed', fineTune: train },
    ])
    const zeros = (name: string): Uint8Array => zeroNeurons(networks.get(name) ?? expect.fail())
    expect(zeros('tuned')).toEqual(zeros('zeroed'))
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

  it.each([
    { method: 'gap' },
    { method: 'hydra', loss: { kind: 'standard' } },
    { method: 'gap', inputs: 'fgsm', epsilon: 0.1 },
  ])('needs no verification for %j', (simplify) => expect(() => readRecipe(variants(simplify))).not.toThrow())
})
