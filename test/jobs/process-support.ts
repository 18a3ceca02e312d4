// A real app with real job processes on a home of its own, and the small recipe that the process tests run.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp, type App } from '../../core/app.ts'
import type { JobEvent } from '../../core/contract/events.ts'
import { recipeSchema, type Recipe, type RecipeInput } from '../../core/contract/recipe.ts'
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
