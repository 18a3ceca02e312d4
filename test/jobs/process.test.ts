// Real job processes: what they leave in the history, and that killing them in the middle loses nothing finished.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiSchemas } from '../../core/contract/api.ts'
import type { RunRow } from '../../core/contract/rows.ts'
import { killAt, modelHashes, openFinished, resume, type Workshop } from './process-support.ts'

let workshop: Workshop
let runs: readonly RunRow[]
let uninterrupted: string[]

beforeAll(async () => {
  ;({ workshop, runs, hashes: uninterrupted } = await openFinished())
}, 120_000)
afterAll(() => workshop.dispose())

describe('a finished job', () => {
  it('has every figure of the table', () => {
    const [base, pruned] = runs.map(({ summary }) => summary)
    expect(base).toMatchObject({ hiddenNeurons: 112, images: 4 })
    expect(pruned).toMatchObject({ hiddenNeurons: 55, images: 4 })
    expect(base?.accuracy).toBeGreaterThan(0.3)
    expect(base?.robustness).toBeLessThanOrEqual(base?.accuracy ?? 0)
    expect(base?.unstable).toBeGreaterThan(0)
    expect(base?.meanSeconds).toBeGreaterThan(0)
  })

  it('has its models with their lineage', async () => {
    const { lineage } = await workshop.app.api['models.get']({ id: runs[1].modelId ?? '' })
    expect(lineage.map(({ operation }) => operation)).toEqual(['initialise', 'train', 'neuron-prune', 'fine-tune'])
  })

  it('has a point for each epoch and stage', async () => {
    const points = await workshop.app.api['runs.metrics']({ id: runs[1].id })
    expect(points.filter(({ series }) => series === 'fine-tune.train.loss').map(({ step }) => step)).toEqual([1, 2])
    const own = await workshop.app.api['runs.metrics']({ id: runs[0].id })
    expect(own.filter(({ series }) => series === 'train.loss')).toHaveLength(3)
    expect(own.filter(({ series }) => series === 'evaluate.accuracy')).toHaveLength(1)
  })

  it('has the scales of batch norm before and after each epoch, all of them, and none among the curves', async () => {
    const scalesOf = (id: string) => workshop.app.api['runs.scales']({ id })
    const [own, pruned] = await Promise.all(runs.map(({ id }) => scalesOf(id)))
    expect(own.map(({ stage, epoch }) => `${stage} ${epoch}`)).toEqual(['train 0', 'train 1', 'train 2', 'train 3'])
    expect(pruned.map(({ stage, epoch }) => `${stage} ${epoch}`)).toEqual(['fine-tune 0', 'fine-tune 1', 'fine-tune 2'])
    const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)
    // Every hidden neuron of NET1 has one; half of them were removed.
    expect([own, pruned].map((frames) => [...new Set(frames.map(({ counts }) => total(counts)))])).toEqual([
      [112],
      [55],
    ])
    // All are 1 at first, in every layer.
    expect(own[0].counts[20]).toBe(112)
    expect(own[0].layers.map(({ counts }) => counts[20])).toEqual([64, 32, 16])
    expect(own[3].layers.map(({ id, counts }) => [id, total(counts)])).toEqual([
      ['bn1', 64],
      ['bn2', 32],
      ['bn3', 16],
    ])
    expect(own[3].counts).not.toEqual(own[0].counts)
    const curves = await workshop.app.api['runs.metrics']({ id: runs[0].id })
    expect(curves.filter(({ series }) => series.startsWith('scales'))).toEqual([])
  })

  it('stores what decides the result', async () => {
    const { job } = await workshop.app.api['runs.get']({ id: runs[0].id })
    expect(job.environment).toMatchObject({ provider: 'cpu', node: process.versions.node })
    expect(Object.keys(job.environment)).toEqual(expect.arrayContaining(['cpu', 'onnxruntime-node', 'highs', 'system']))
  })

  it('answers every call about it as the contract says', async () => {
    const { api } = workshop.app
    const [{ id, jobId, modelId }] = runs
    const check = async (method: keyof typeof apiSchemas, input: unknown): Promise<void> => {
      const call = api[method] as (value: unknown) => Promise<unknown>
      expect(
        apiSchemas[method].output.safeParse(await call(apiSchemas[method].input.parse(input))).error,
        method,
      ).toBeUndefined()
    }
    for (const method of ['app.info', 'data.list', 'models.list', 'jobs.list', 'runs.list', 'recipes.list'] as const) {
      await check(method, {})
    }
    for (const method of ['runs.get', 'runs.metrics', 'runs.scales', 'runs.verdicts'] as const)
      await check(method, { id })
    await check('jobs.get', { id: jobId })
    await check('jobs.log', { id: jobId, limit: 100 })
    await check('jobs.events', { jobId, after: 0 })
    await check('models.get', { id: modelId })
    await check('models.export', { id: modelId })
    await check('runs.export', { id, format: 'csv' })
    await check('runs.export', { id, format: 'json' })
    await check('data.open', { data: { source: 'sample', train: 600, test: 200, seed: 3 } })
    await check('architectures.list', { inputShape: [1, 28, 28] })
    for (const { verifier, imageIndex, target } of await api['runs.verdicts']({ id })) {
      await check('runs.instance', { id, verifier, imageIndex, target })
    }
  })
})

describe('killing the job process', () => {
  it('in the middle of training, then resuming, ends with the same weights and curves', async () => {
    const { id, sequence } = await killAt(
      workshop,
      ({ body }) =>
        body.type === 'metrics' && body.points.some(({ series, step }) => series === 'train.loss' && step === 2),
    )
    const resumed = await resume(workshop, id, sequence)
    expect(await modelHashes(workshop, resumed)).toEqual(uninterrupted)
    const curve = async (run: RunRow) =>
      (await workshop.app.api['runs.metrics']({ id: run.id }))
        .filter(({ series }) => series === 'train.loss')
        .map(({ value }) => value)
    expect(await curve(resumed[0])).toEqual(await curve(runs[0]))
  })
})
