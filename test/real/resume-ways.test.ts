// Every way of simplification: fine-tuning stopped half-way and resumed ends with the bits of an unbroken one.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JobEventBody } from '../../core/contract/events.ts'
import { recipeSchema, type RecipeInput } from '../../core/contract/recipe.ts'
import type { JobRow } from '../../core/contract/rows.ts'
import { executeJob } from '../../core/jobs/execute/job.ts'
import { loadModel } from '../../core/jobs/execute/models.ts'
import { createId } from '../../core/jobs/ids.ts'
import { runsOf } from '../../core/jobs/new-job.ts'
import { networkHash } from '../../core/nn/index.ts'
import { openStore } from '../../core/store/open.ts'
import type { Store } from '../../core/store/store.ts'
import { everyWay } from '../jobs/simplify-ways.ts'

let home: string
let store: Store
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'espalier-resume-'))
  store = await openStore(home)
})
afterAll(async () => {
  await store.close()
  rmSync(home, { recursive: true })
})

const train = { epochs: 1, batchSize: 50, validation: 0 } as const
const fineTune = { ...train, epochs: 2, learningRate: 0.02, method: { kind: 'fat', gradAlign: 0 } } as const

const recipe = recipeSchema.parse({
  name: 'ways',
  provider: 'cpu',
  threads: 1,
  data: { source: 'sample', train: 120, test: 20 },
  variants: [
    { name: 'base', architecture: 'net1', train },
    ...everyWay.map((simplify, k) => ({ name: `way-${k}`, from: 'base', simplify, fineTune })),
  ],
  verify: { epsilon: 0.03, method: 'interval', images: { select: 'indices', indices: [0] } },
} satisfies RecipeInput)

async function insertJob(): Promise<JobRow> {
  const times = { createdAt: new Date().toISOString(), startedAt: null, finishedAt: null }
  const job: JobRow = { id: createId('job'), name: recipe.name, title: '', state: 'running', recipe, ...times, pid: null, error: null, environment: {} } // prettier-ignore
  await store.jobs.insert(job)
  await store.runs.insert(...runsOf(job))
  return job
}

/** Carries the job out, stopped once after the first epoch of every fine-tuning. @returns how often it was stopped */
async function executeBroken(job: JobRow): Promise<number> {
  const seen = new Set<string>()
  for (;;) {
    const stop = new AbortController()
    const emit = (body: JobEventBody): void => {
      if (body.type !== 'metrics') return
      for (const { series, step } of body.points) {
        if (series !== 'fine-tune.train.loss' || step !== 1 || seen.has(body.runId)) continue
        seen.add(body.runId)
        stop.abort()
      }
    }
    try {
      expect((await executeJob(store, job, stop.signal, emit)).error).toBeNull()
      return seen.size
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'job/cancelled' })
    }
  }
}

async function hashesOf(job: JobRow): Promise<ReadonlyMap<string, string>> {
  const rows = await store.runs.ofJob(job.id)
  const hashes = rows.map(async ({ variant, modelId }): Promise<[string, string]> => {
    return [variant, networkHash((await loadModel(store, modelId ?? '')).network)]
  })
  return new Map(await Promise.all(hashes))
}

it('ends with the same networks', { timeout: 120_000 }, async () => {
  const whole = await insertJob()
  expect((await executeJob(store, whole, new AbortController().signal, () => undefined)).error).toBeNull()
  const broken = await insertJob()
  expect(await executeBroken(broken)).toBe(everyWay.length)
  const [expected, found] = [await hashesOf(whole), await hashesOf(broken)]
  everyWay.forEach((way, k) => expect(found.get(`way-${k}`), JSON.stringify(way)).toBe(expected.get(`way-${k}`)))
  expect(new Set(expected.values()).size).toBe(everyWay.length + 1)
})
