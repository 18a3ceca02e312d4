// Every way of simplification: fine-tuning stopped half-way and resumed ends with the bits of an unbroken one.
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JobEventBody } from '../../core/contract/events.ts'
import type { RecipeInput } from '../../core/contract/recipe.ts'
import type { JobRow } from '../../core/contract/rows.ts'
import { executeJob } from '../../core/jobs/execute/job.ts'
import { networkHash } from '../../core/nn/index.ts'
import { openJobHome, type JobHome } from '../jobs/job-support.ts'
import { everyWay } from '../jobs/simplify-ways.ts'

let home: JobHome
beforeAll(async () => (home = await openJobHome()))
afterAll(() => home.dispose())

const train = { epochs: 1, batchSize: 50, validation: 0 } as const
const fineTune = { ...train, epochs: 2, learningRate: 0.02, method: { kind: 'fat', gradAlign: 0 } } as const

const recipe: RecipeInput = {
  name: 'ways',
  provider: 'cpu',
  threads: 1,
  data: { source: 'sample', train: 120, test: 20 },
  variants: [
    { name: 'base', architecture: 'net1', train },
    ...everyWay.map((simplify, k) => ({ name: `way-${k}`, from: 'base', simplify, fineTune })),
  ],
  verify: { epsilon: 0.03, method: 'interval', images: { select: 'indices', indices: [0] } },
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
      expect((await executeJob(home.store, job, stop.signal, emit)).error).toBeNull()
      return seen.size
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'job/cancelled' })
    }
  }
}

async function hashesOf(job: JobRow): Promise<ReadonlyMap<string, string>> {
  return new Map(Array.from(await home.networks(job), ([variant, network]) => [variant, networkHash(network)]))
}

it('ends with the same networks', { timeout: 120_000 }, async () => {
  const whole = await home.insert(recipe)
  expect((await executeJob(home.store, whole, new AbortController().signal, () => undefined)).error).toBeNull()
  const broken = await home.insert(recipe)
  expect(await executeBroken(broken)).toBe(everyWay.length)
  const [expected, found] = [await hashesOf(whole), await hashesOf(broken)]
  everyWay.forEach((way, k) => expect(found.get(`way-${k}`), JSON.stringify(way)).toBe(expected.get(`way-${k}`)))
  expect(new Set(expected.values()).size).toBe(everyWay.length + 1)
})
