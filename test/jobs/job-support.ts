// Jobs carried out in this process, on a history of their own.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recipeSchema, type RecipeInput } from '../../core/contract/recipe.ts'
import type { JobRow } from '../../core/contract/rows.ts'
import { loadModel } from '../../core/jobs/execute/models.ts'
import { createId } from '../../core/jobs/ids.ts'
import { runsOf } from '../../core/jobs/new-job.ts'
import type { Network } from '../../core/nn/index.ts'
import { openStore } from '../../core/store/open.ts'
import type { Store } from '../../core/store/store.ts'

export interface JobHome {
  readonly store: Store
  /** Records a job as running, its runs as waiting. */
  insert(recipe: RecipeInput): Promise<JobRow>
  /** The final network of every variant. */
  networks(job: JobRow): Promise<ReadonlyMap<string, Network>>
  dispose(): Promise<void>
}

export async function openJobHome(): Promise<JobHome> {
  const home = mkdtempSync(join(tmpdir(), 'espalier-jobs-'))
  const store = await openStore(home)
  return {
    store,
    async insert(input) {
      const recipe = recipeSchema.parse(input)
      const times = { createdAt: new Date().toISOString(), startedAt: null, finishedAt: null }
      const job: JobRow = { id: createId('job'), name: recipe.name, title: '', state: 'running', recipe, ...times, pid: null, error: null, environment: {} } // prettier-ignore
      await store.jobs.insert(job)
      await store.runs.insert(...runsOf(job))
      return job
    },
    async networks(job) {
      const rows = await store.runs.ofJob(job.id)
      const loaded = rows.map(async ({ variant, modelId }): Promise<[string, Network]> => {
        return [variant, (await loadModel(store, modelId ?? '')).network]
      })
      return new Map(await Promise.all(loaded))
    },
    async dispose() {
      await store.close()
      rmSync(home, { recursive: true })
    },
  }
}
