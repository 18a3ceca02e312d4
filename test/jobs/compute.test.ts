// The compute settings: kept with the history, taken by jobs that do not say their own.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { computeState, memoryState } from '../../core/app/compute.ts'
import { recipeSchema, type RecipeInput } from '../../core/contract/recipe.ts'
import { engineOptionsOf, readCompute, settled, verifierOptionsOf, writeCompute } from '../../core/jobs/compute.ts'
import { executeJob } from '../../core/jobs/execute/job.ts'
import { MemoryMeter } from '../../core/jobs/memory.ts'
import { machineMemory } from '../../core/verify/memory.ts'
import { openJobHome, type JobHome } from './job-support.ts'

let home: JobHome
beforeAll(async () => (home = await openJobHome()))
afterAll(() => home.dispose())

const recipe = (input: Partial<RecipeInput> = {}) =>
  recipeSchema.parse({ name: 'it', variants: [{ name: 'a', architecture: 'net1' }], ...input })

it('are automatic until they are set, and what was damaged counts as not set', async () => {
  expect(await readCompute(home.store)).toEqual({ threads: 0, memory: 0 })
  const { automatic, settings } = await computeState(home.store)
  expect(settings).toEqual({ threads: 0, memory: 0 })
  expect(automatic.threads).toBeGreaterThanOrEqual(1)
  expect(automatic.memory).toBe(machineMemory() / 2 ** 31)
  await home.store.settings.set('compute', { threads: 'many' })
  expect(await readCompute(home.store)).toEqual({ threads: 0, memory: 0 })
})

it('stand in for what a recipe leaves automatic, and for nothing else', async () => {
  await writeCompute(home.store, { threads: 3, memory: 2.5 })
  expect(await settled(home.store, recipe())).toEqual({ ...recipe(), threads: 3, memory: 2.5 })
  expect(await settled(home.store, recipe({ threads: 1 }))).toMatchObject({ threads: 1, memory: 2.5 })
  expect(await settled(home.store, recipe({ memory: 8 }))).toMatchObject({ threads: 3, memory: 8 })
  expect((await memoryState(home.store, new MemoryMeter())).cap).toBe(2.5 * 2 ** 30)
})

it('come to options of the engine and of verifiers', () => {
  expect(engineOptionsOf({ provider: 'cpu', threads: 0 })).toEqual({ provider: 'cpu' })
  expect(engineOptionsOf({ provider: 'auto', threads: 4 })).toEqual({ provider: 'auto', threads: 4 })
  expect(verifierOptionsOf({ threads: 4, memory: 1 })).toEqual({ solverThreads: 4, memoryBytes: 2 ** 30 })
  expect(verifierOptionsOf({ threads: 0, memory: 0 })).toEqual({ memoryBytes: machineMemory() / 2 })
})

it('are what a job ran with, which its environment says; its recipe stays as it was written', async () => {
  await writeCompute(home.store, { threads: 1, memory: 1.5 })
  const data = { source: 'sample', train: 60, test: 20 } as const
  const job = await home.insert({ ...recipe({ data, provider: 'cpu', verify: null }) })
  expect((await executeJob(home.store, job, new AbortController().signal, () => undefined)).error).toBeNull()
  const after = await home.store.jobs.get(job.id)
  expect(after?.environment).toMatchObject({ threads: '1', 'memory cap': '1.5 GiB' })
  expect([after?.recipe.threads, after?.recipe.memory]).toEqual([0, 0])
})
