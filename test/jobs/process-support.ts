// A real app with real job processes on a home of its own, and the small recipe that the process tests run.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createApp, type App } from '../../core/app.ts'
import type { JobEvent } from '../../core/contract/events.ts'
import { recipeSchema, type Recipe, type RecipeInput } from '../../core/contract/recipe.ts'
import type { RunRow } from '../../core/contract/rows.ts'
import { forkLauncher, type JobProcess } from '../../core/jobs/launcher.ts'

const train = { epochs: 3, batchSize: 32, schedule: { kind: 'cosine' }, validation: 0 } as const

/** Train, prune and fine-tune NET1 on 600 drawn images, then verify a few; seconds in all. */
export function smallRecipe(verify: RecipeInput['verify'] = null): Recipe {
  return recipeSchema.parse({
    name: 'small',
    provider: 'cpu',
    data: { source: 'sample', train: 600, test: 200, seed: 3 },
    variants: [
      { name: 'base', architecture: 'net1', train: { ...train, gammaL1: 1e-3 } },
      {
        name: 'pruned',
        from: 'base',
        simplify: { method: 'neuron', ratio: 0.5 },
        fineTune: { ...train, epochs: 2, learningRate: 0.02 },
      },
    ],
    evaluateEpsilon: 0.05,
    verify,
  } satisfies RecipeInput)
}

export interface Workshop {
  readonly app: App
  readonly events: JobEvent[]
  /** The process of the running job. */
  current(): JobProcess
  /** Resolves once an event satisfies `wanted`, counting those that came already from number `from` on. */
  event(wanted: (event: JobEvent) => boolean, from?: number): Promise<JobEvent>
  /** Resolves with the state in which the job stops moving. */
  settled(jobId: string, from?: number): Promise<string>
  dispose(): Promise<void>
}

const settledStates = new Set(['interrupted', 'cancelled', 'done', 'failed'])

export async function openWorkshop(): Promise<Workshop> {
  const home = mkdtempSync(join(tmpdir(), 'espalier-work-'))
  let current: JobProcess | null = null
  const launcher = (): JobProcess => (current = forkLauncher())
  const app = await createApp({ home, shell: 'test', launcher })
  const events: JobEvent[] = []
  const watchers = new Set<(event: JobEvent) => void>()
  app.subscribe((event) => {
    events.push(event)
    for (const watcher of [...watchers]) watcher(event)
  })
  const event: Workshop['event'] = (wanted, from = 0) =>
    new Promise((resolve) => {
      const known = events.find((one) => one.sequence > from && wanted(one))
      if (known !== undefined) {
        resolve(known)
        return
      }
      const watcher = (one: JobEvent): void => {
        if (!wanted(one)) return
        watchers.delete(watcher)
        resolve(one)
      }
      watchers.add(watcher)
    })
  return {
    app,
    events,
    event,
    current: () => {
      if (current === null) throw new Error('no job process yet')
      return current
    },
    settled: async (jobId, from) => {
      const { body } = await event(
        (one) => one.jobId === jobId && one.body.type === 'state' && settledStates.has(one.body.state),
        from,
      )
      return body.type === 'state' ? body.state : ''
    },
    dispose: async () => {
      await app.dispose()
      rmSync(home, { recursive: true })
    },
  }
}

/** Quick to decide, and both verdicts occur. */
export const quickVerify = {
  epsilon: 0.02,
  method: 'crown',
  timeoutSeconds: 20,
  images: { select: 'first', count: 4 },
} as const

/** Hashes of the models that runs ended with. */
export async function modelHashes(workshop: Workshop, runs: readonly RunRow[]): Promise<string[]> {
  return Promise.all(runs.map(async ({ id }) => (await workshop.app.api['runs.get']({ id })).model?.hash ?? 'none'))
}

/** A workshop in which the small recipe was carried out without interruption. */
export async function openFinished(): Promise<{ workshop: Workshop; runs: readonly RunRow[]; hashes: string[] }> {
  const workshop = await openWorkshop()
  const { id } = await workshop.app.api['jobs.start']({ recipe: smallRecipe(quickVerify) })
  const state = await workshop.settled(id)
  if (state !== 'done') throw new Error(`the small recipe ended ${state}`)
  const { runs } = await workshop.app.api['jobs.get']({ id })
  return { workshop, runs, hashes: await modelHashes(workshop, runs) }
}

/** Starts the small recipe and kills its process at the wanted event; the job is then `interrupted` by `job/crashed`. */
export async function killAt(
  workshop: Workshop,
  wanted: Parameters<Workshop['event']>[0],
): Promise<{ id: string; sequence: number }> {
  const from = workshop.events.at(-1)?.sequence ?? 0
  const { id } = await workshop.app.api['jobs.start']({ recipe: smallRecipe(quickVerify) })
  await workshop.event((event) => event.jobId === id && wanted(event), from)
  workshop.current().kill()
  expect(await workshop.settled(id, from)).toBe('interrupted')
  const { job } = await workshop.app.api['jobs.get']({ id })
  expect(job.error?.code).toBe('job/crashed')
  return { id, sequence: workshop.events.at(-1)?.sequence ?? 0 }
}

/** Resumes a job, waits for its end, and gives its runs. */
export async function resume(workshop: Workshop, id: string, from: number): Promise<readonly RunRow[]> {
  await workshop.app.api['jobs.resume']({ id })
  expect(await workshop.settled(id, from)).toBe('done')
  return (await workshop.app.api['jobs.get']({ id })).runs
}
