// Before the start: what a share would take is what it takes; the dry run asks the real verifier; scores are the run's own.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graftSchema, recipeSchema, simplifySchema, type Recipe, type RecipeInput } from '../../core/contract/recipe.ts'
import type { Measured, Trial } from '../../core/contract/study.ts'
import { executeJob } from '../../core/jobs/execute/job.ts'
import { cutView } from '../../core/jobs/study/cut.ts'
import { projectTrial } from '../../core/jobs/study/projection.ts'
import { measureScores } from '../../core/jobs/study/scores.ts'
import { subjectOf } from '../../core/jobs/study/subject.ts'
import { tryVerifier } from '../../core/jobs/study/trial.ts'
import { chooseGraft, graftedNeurons } from '../../core/graft/index.ts'
import {
  buildArchitecture,
  countNeurons,
  countNonzeroWeights,
  countWeights,
  type Network,
} from '../../core/nn/index.ts'
import { activationCut, pruneNeurons, pruneWeights } from '../../core/prune/index.ts'
import { openJobHome, type JobHome } from './job-support.ts'

/** Twelve images of 4 × 4 in two classes. */
function writeImages(folder: string): string {
  const row = (i: number): string => [i % 2, ...Array.from({ length: 16 }, (_, p) => (i * 7 + p * 13) % 256)].join()
  mkdirSync(folder)
  const head = ['label', ...Array.from({ length: 16 }, (_, p) => `p${p}`)].join()
  writeFileSync(join(folder, 'images.csv'), [head, ...Array.from({ length: 12 }, (_, i) => row(i))].join('\n'))
  return join(folder, 'images.csv')
}

const quiet = new AbortController().signal
let home: JobHome
let trained: { id: string; network: Network }
const small = { provider: 'cpu', threads: 1, data: { source: 'sample', train: 300, test: 60 } } as const

beforeAll(async () => {
  home = await openJobHome()
  const train = { epochs: 1, batchSize: 50, validation: 0 } as const
  const job = await home.insert({ ...small, name: 'base', variants: [{ name: 'base', architecture: 'net1', train }], verify: null }) // prettier-ignore
  expect((await executeJob(home.store, job, quiet, () => undefined)).error).toBeNull()
  const [{ modelId }] = await home.store.runs.ofJob(job.id)
  trained = { id: modelId ?? '', network: (await home.networks(job)).get('base') ?? expect.fail() }
})
afterAll(() => home.dispose())

const recipe = (input: Omit<RecipeInput, 'name'>): Recipe => recipeSchema.parse({ ...small, name: 'study', ...input })
const ofHistory = (simplify: RecipeInput['variants'][number]['simplify']): Recipe =>
  recipe({
    variants: [
      { name: 'baseline', from: `model:${trained.id}` },
      { name: 'simplified', from: 'baseline', simplify },
    ],
    verify: { epsilon: 0.02, method: 'crown', images: { select: 'first', count: 10 }, timeoutSeconds: 7 },
  })
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const cutOf = (
  method: string,
  options: { ratio: number; network?: Network; ready?: boolean; measured?: Measured | null; [key: string]: unknown },
) => {
  const { network = trained.network, ready = true, measured = null, ...rest } = options
  const simplify = simplifySchema.parse({ method, ...rest })
  if (simplify.method === 'none') expect.fail()
  return cutView({ network, simplify, seed: 1, ready, measured })
}

describe('what a share would take', () => {
  it.each([0, 0.3, 0.5, 0.8])('is what pruning neurons by %d takes', (ratio) => {
    const cut = cutOf('neuron', { ratio })
    expect([cut.total, cut.unit, cut.missing]).toEqual([112, 'neurons', null])
    expect(cut.taken).toBe(112 - countNeurons(pruneNeurons(trained.network, ratio)))
    expect([sum(cut.scores?.counts ?? []), sum(cut.scores?.taken ?? [])]).toEqual([112, cut.taken])
  })

  it('is what pruning weights takes, the smallest first', () => {
    const cut = cutOf('weight', { ratio: 0.4 })
    expect(cut.total).toBe(countWeights(trained.network))
    expect(cut.total - cut.taken).toBe(countNonzeroWeights(pruneWeights(trained.network, 0.4).network))
    const { counts, taken } = cut.scores ?? expect.fail()
    const last = taken.findLastIndex((count) => count > 0)
    expect(taken.slice(0, last)).toEqual(counts.slice(0, last))
  })

  it('is known exactly before there are scores, and why there are none', () => {
    const fresh = buildArchitecture('net1', [1, 28, 28], 1)
    expect(cutOf('neuron', { ratio: 0.5, network: fresh, ready: false })).toEqual({
      ...{ unit: 'neurons', total: 112, taken: 57, scores: null, missing: 'untrained' },
    })
    expect(cutOf('graft', { ratio: 0.5 })).toMatchObject({ taken: 56, scores: null, missing: 'unmeasured' })
    expect(cutOf('hydra', { ratio: 0.5 }).missing).toBe('learned')
    expect(cutOf('random', { ratio: 0.5 }).missing).toBe('drawn')
  })

  it('is refused as the method itself refuses it', () => {
    expect(() => cutOf('neuron', { ratio: 1 })).toThrow(expect.objectContaining({ code: 'prune/ratio' }))
    const plain = buildArchitecture('convSmall', [1, 28, 28], 1)
    expect(() => cutOf('neuron', { ratio: 0.5, network: plain })).toThrow(
      expect.objectContaining({ code: 'model/unsupported' }),
    )
  })
})

describe('the network that is simplified', () => {
  const subject = (variants: RecipeInput['variants']) => subjectOf(recipe({ variants, verify: null }))
  const pruned = { name: 'b', from: 'a', simplify: { method: 'weight', ratio: 0.5 } } as const

  it('is there where the history has it and nothing is done to it before', () => {
    expect(subject([{ name: 'a', from: 'model:1' }, pruned]).ready).toBe(true)
    expect(subject([{ ...pruned, from: 'run:other/a' }]).ready).toBe(true)
    expect(subject([{ name: 'a', architecture: 'net1' }, pruned]).ready).toBe(false)
    expect(subject([{ name: 'a', from: 'model:1', train: {} }, pruned]).ready).toBe(false)
    expect(subject([{ name: 'a', from: 'model:1', fineTune: {} }, pruned]).ready).toBe(false)
    expect(() => subject([{ name: 'a', from: 'model:1' }])).toThrow(expect.objectContaining({ code: 'recipe/invalid' }))
  })
})

/** Neurons in order that the scores choose. */
function chosenOf(method: string, measured: Measured): number[] {
  const { network } = trained
  if (measured.kind === 'graft') {
    const options = graftSchema.parse({ method, ratio: 0.25 })
    return [...chooseGraft(network, measured, { options, seed: 1 })].sort((a, b) => a - b)
  }
  const layers = measured.layers.map(({ activation, scores }) => ({ activation, scores: Float64Array.from(scores) }))
  return [...activationCut(network, layers, 0.25).chosen].sort((a, b) => a - b)
}

describe('measured scores', () => {
  it.each([
    ['sap', {}],
    ['graft', { bounds: 'interval', init: { kind: 'zero' } }],
  ])('of %s choose what the run chooses', async (method, options) => {
    const asked = {
      method,
      ratio: 0.25,
      ...(method === 'sap' ? { images: 40 } : { images: 5, scored: 40 }),
      ...options,
    }
    const whole = ofHistory(simplifySchema.parse(asked))
    const told: string[] = []
    const measured = await measureScores(home.store, whole, quiet, ({ stage }) => told.push(stage))
    expect(told).toContain('simplify')
    const cut = cutOf(method, { ...asked, measured })
    expect([cut.total, cut.taken, cut.missing]).toEqual([112, 28, null])
    expect(sum(cut.scores?.taken ?? [])).toBe(28)
    const job = await home.insert(whole)
    expect((await executeJob(home.store, job, quiet, () => undefined)).error).toBeNull()
    const simplified = (await home.networks(job)).get('simplified') ?? expect.fail()
    const lines = graftedNeurons(simplified)
    expect(chosenOf(method, measured)).toEqual([...lines.keys()].filter((neuron) => lines[neuron] === 1))
  })

  it('are refused where there is nothing to measure', async () => {
    const weights = ofHistory({ method: 'weight', ratio: 0.5 })
    await expect(measureScores(home.store, weights, quiet, () => undefined)).rejects.toMatchObject({
      code: 'recipe/invalid',
    })
  })
})

describe('the dry run', () => {
  async function attempt(asked: Recipe, signal = quiet): Promise<{ trials: Trial[]; stages: string[] }> {
    const trials: Trial[] = []
    const stages: string[] = []
    await tryVerifier(home.store, asked, signal, {
      gauge: ({ stage }) => stages.push(stage),
      trial: (trial) => trials.push(trial),
    })
    return { trials, stages }
  }

  it('asks the real verifier about images of the very network, and keeps nothing', async () => {
    const before = await home.store.models.count()
    const { trials } = await attempt(ofHistory({ method: 'weight', ratio: 0.5 }))
    const last = trials.at(-1) ?? expect.fail()
    expect([last.network, last.look.images, last.look.hard]).toEqual(['given', 10, 0])
    const { verified, falsified, open, misclassified } = last.look
    expect(verified + falsified + open).toBe(10)
    expect(misclassified).toBeLessThanOrEqual(falsified)
    expect(last.answers.map(({ imageIndex, verifier }) => [imageIndex, verifier])).toEqual(
      [0, 1, 2].map((index) => [index, 'crown']),
    )
    for (const { label, predicted, verdict } of last.answers) if (label !== predicted) expect(verdict).toBe('falsified')
    expect(trials.map(({ look }) => look.images).slice(0, 10)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(trials.slice(9).map(({ answers }) => answers.length)).toEqual([0, 1, 2, 3, 3])
    expect(last.projection).toMatchObject({ images: 20, worst: 140 })
    expect(await home.store.models.count()).toBe(before)
  })

  it('trains a stand-in for a network that is not there yet, and asks about images it gets right', async () => {
    const { trials, stages } = await attempt(
      recipe({
        variants: [{ name: 'baseline', architecture: 'net1', train: { epochs: 50, batchSize: 50, validation: 0 } }],
        verify: { epsilon: 0.01, method: 'interval', crossCheck: ['crown'] },
      }),
    )
    const last = trials.at(-1) ?? expect.fail()
    expect(last.network).toBe('stand-in')
    expect(stages).toContain('train')
    expect(last.look.images).toBeGreaterThan(3)
    expect(last.look.misclassified).toBe(0)
    expect(last.answers.length).toBe(2 * 3)
    expect(last.answers.every(({ label, predicted }) => label === predicted)).toBe(true)
  })

  it('refuses a network of other images, and stops when asked to', async () => {
    const asked = ofHistory({ method: 'weight', ratio: 0.5 })
    const other = writeImages(join(home.store.home, 'other'))
    await expect(attempt({ ...asked, data: { source: 'auto', directory: other } })).rejects.toMatchObject({
      code: 'model/does-not-fit-data',
    })
    const stopped = new AbortController()
    stopped.abort()
    await expect(attempt(asked, stopped.signal)).rejects.toMatchObject({ code: 'job/cancelled' })
  })
})

describe('the projection', () => {
  const asked = recipe({
    variants: [{ name: 'a', architecture: 'net1', train: {} }],
    verify: { images: { select: 'first', count: 100 }, timeoutSeconds: 10, crossCheck: ['milp'] },
  })

  it('counts hard images by their share, from the quickest to the slowest', () => {
    const { images, usual, least, most, worst } =
      projectTrial(asked, { quick: [0, 0.2, 0.1, 0.1], hard: 4, tried: [2, 8, 5] }) ?? expect.fail()
    expect([images, worst]).toEqual([100, 2000])
    // Half of them hard: 50 times 0.1 s, 50 times 5 s.
    expect(usual).toBeCloseTo(255)
    // Half of eight out of a hundred, give or take 17 points.
    expect(least).toBeCloseTo(67 * 0.1 + 33 * 2, -0.5)
    expect(most).toBeCloseTo(33 * 0.1 + 67 * 8, -0.5)
  })

  it('of all images is sure of the share; where none was hard some may be, as hard as the limit allows', () => {
    const all = projectTrial(asked, { quick: Array<number>(90).fill(1), hard: 10, tried: [3] })
    for (const seconds of [all?.usual, all?.least, all?.most]) expect(seconds).toBeCloseTo(120)
    const easy = projectTrial(asked, { quick: [1, 1, 1], hard: 0, tried: [] }) ?? expect.fail()
    expect([easy.usual, easy.least]).toEqual([100, 100])
    expect(easy.most).toBeGreaterThan(300)
    expect(easy.most).toBeLessThan(1000)
    expect(projectTrial(asked, { quick: [], hard: 0, tried: [] })).toBeNull()
  })
})
