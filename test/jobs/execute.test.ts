// The executor on a real history, in this process: failures that stay where they are, shared images, cross-checks, stopping.
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobEventBody } from '../../core/contract/events.ts'
import type { RecipeInput } from '../../core/contract/recipe.ts'
import type { JobRow } from '../../core/contract/rows.ts'
import { executeJob, type JobOutcome } from '../../core/jobs/execute/job.ts'
import { recordModel } from '../../core/jobs/execute/models.ts'
import { allParameters, buildArchitecture, withParameters } from '../../core/nn/index.ts'
import type { Store } from '../../core/store/store.ts'
import { openJobHome, type JobHome } from './job-support.ts'

let home: JobHome
let store: Store
beforeAll(async () => {
  home = await openJobHome()
  store = home.store
})
afterAll(() => home.dispose())

const train = { epochs: 2, batchSize: 32, validation: 0 } as const

function insert(input: Omit<RecipeInput, 'name'> & { name?: string }): Promise<JobRow> {
  return home.insert({ name: 'it', provider: 'cpu', data: { source: 'sample', train: 400, test: 60 }, ...input })
}

async function execute(
  job: JobRow,
  signal = new AbortController().signal,
): Promise<JobOutcome & { events: JobEventBody[] }> {
  const events: JobEventBody[] = []
  return { ...(await executeJob(store, job, signal, (body) => events.push(body))), events }
}

describe('a variant that fails', () => {
  it('takes with it only those that start from it', async () => {
    const job = await insert({
      variants: [
        { name: 'base', architecture: 'net1', train },
        { name: 'nothing-left', from: 'base', simplify: { method: 'neuron', ratio: 1 } },
        { name: 'child', from: 'nothing-left' },
        { name: 'sibling', from: 'base', simplify: { method: 'weight', ratio: 0.5 }, fineTune: train },
      ],
      verify: null,
    })
    const { outcome, error } = await execute(job)
    expect(outcome).toBe('failed')
    expect(error?.message).toContain('nothing-left failed (and 1 more)')
    const runs = await store.runs.ofJob(job.id)
    expect(runs.map(({ state, error: own }) => [state, own?.code ?? null])).toEqual([
      ['done', null],
      ['failed', 'prune/ratio'],
      ['failed', 'job/dependency'],
      ['done', null],
    ])
    const [, , , sibling] = runs
    // Half the weights are zero after pruning, and after fine-tuning still.
    expect(sibling.summary?.nonzeroWeights).toBe((sibling.summary?.weights ?? 0) / 2)
  })

  it('because its training diverged leaves no model of it, and says what to do', async () => {
    const wild = { ...train, epochs: 1, batchSize: 1_000, learningRate: 1e39 }
    const job = await insert({ variants: [{ name: 'a', architecture: 'net1', train: wild }], verify: null })
    const { outcome, error } = await execute(job)
    expect([outcome, error?.code]).toEqual(['failed', 'train/diverged'])
    expect(error?.hint).toContain('learning rate')
    const [run] = await store.runs.ofJob(job.id)
    expect((await store.models.ofRun(run.id)).map(({ operation }) => operation)).toEqual(['initialise'])
  })

  it('because its model is not in the history says so', async () => {
    const job = await insert({ variants: [{ name: 'a', from: 'model:net-nothing' }], verify: null })
    await execute(job)
    expect((await store.runs.ofJob(job.id))[0].error?.code).toBe('store/missing')
  })
})

describe('a variant from a run of another recipe', () => {
  it('is the newest network of that name, and keeps being it when the job is resumed', async () => {
    const made = await insert({ name: 'made', variants: [{ name: 'a', architecture: 'net1' }], verify: null })
    await execute(made)
    const taken = await insert({ variants: [{ name: 'b', from: 'run:made/a' }], verify: null })
    await execute(
      await insert({ name: 'made', seed: 2, variants: [{ name: 'a', architecture: 'net1' }], verify: null }),
    )
    expect((await execute(taken)).outcome).toBe('done')
    const [first, run] = await Promise.all([store.runs.ofJob(made.id), store.runs.ofJob(taken.id)])
    expect(run[0].modelId).toBe(first[0].modelId)
    expect(run[0].modelId).not.toBeNull()
  })

  it('that there is none of says so', async () => {
    const job = await insert({ variants: [{ name: 'a', from: 'run:nothing/a' }], verify: null })
    await execute(job)
    expect((await store.runs.ofJob(job.id))[0].error).toMatchObject({ code: 'store/missing' })
  })
})

describe('unanimous images, targeted questions, a cross-check', () => {
  it('share their images, name the target, and have a row for each verifier', async () => {
    const job = await insert({
      variants: [
        { name: 'a', architecture: 'net1', train },
        { name: 'b', from: 'a', simplify: { method: 'neuron', ratio: 0.25 }, fineTune: train },
        { name: 'alone', from: 'a' },
      ],
      verify: {
        epsilon: 0.05,
        property: 'targeted',
        method: 'crown',
        crossCheck: 'interval',
        images: { select: 'unanimous', found: 1, missed: 2, groups: [['a', 'b']] },
      },
    })
    const { outcome, events } = await execute(job)
    expect(outcome).toBe('done')
    const [a, b, alone] = await Promise.all((await store.runs.ofJob(job.id)).map(({ id }) => store.verdicts.ofRun(id)))
    expect(alone).toEqual([])
    expect(a.length).toBeGreaterThan(0)
    expect(a.map(({ imageIndex, verifier }) => [imageIndex, verifier])).toEqual(
      b.map(({ imageIndex, verifier }) => [imageIndex, verifier]),
    )
    expect(new Set(a.map(({ verifier }) => verifier))).toEqual(new Set(['crown', 'interval']))
    for (const row of [...a, ...b]) {
      expect(row.predicted).toBe(row.label)
      expect(row.target).not.toBe(row.label)
      expect(row.target).not.toBeNull()
      expect(row.unstable).toBeGreaterThan(0)
      expect(['found', 'missed']).toContain(row.group)
    }
    // The figures count the verifier that was asked, not its check.
    expect((await store.runs.ofJob(job.id))[0].summary?.images).toBe(a.length / 2)
    // All networks are made before the first is verified.
    const order = events.flatMap((body) => (body.type === 'run' ? [`${body.state} ${body.stage}`] : []))
    expect(order.indexOf('running verify')).toBeGreaterThan(order.lastIndexOf('running evaluate'))
  })
})

describe('a network with a value that is no number', () => {
  it.each([NaN, Infinity])('(%s) does not come into the history', async (value) => {
    const job = await insert({ variants: [{ name: 'a', architecture: 'net1' }], verify: null })
    const [run] = await store.runs.ofJob(job.id)
    const network = buildArchitecture('net1', [1, 28, 28], 1)
    const { name, parameter } = allParameters(network)[0]
    const data = Float32Array.from(parameter.data)
    data[7] = value
    const broken = withParameters(network, { [name]: data })
    const origin = { run, operation: 'train', parent: null, architecture: 'net1', datasetId: 'none' }
    await expect(recordModel(store, broken, origin)).rejects.toMatchObject({
      code: 'train/diverged',
      message: expect.stringContaining(name) as string,
    })
    expect(await store.models.ofRun(run.id)).toEqual([])
  })
})

describe('a job that is stopped before it begins', () => {
  it('leaves its runs waiting', async () => {
    const job = await insert({ variants: [{ name: 'a', architecture: 'net1', train }], verify: null })
    const stopped = AbortSignal.abort()
    await expect(execute(job, stopped)).rejects.toMatchObject({ code: 'job/cancelled' })
    expect((await store.runs.ofJob(job.id))[0].state).toBe('waiting')
  })
})

describe('data that cannot be opened', () => {
  it('fails the whole job with its code', async () => {
    const job = await insert({
      data: { source: 'idx', directory: join(store.home, 'nowhere') },
      variants: [{ name: 'a', architecture: 'net1', train }],
    })
    await expect(execute(job)).rejects.toMatchObject({ code: 'input/not-found' })
  })
})
