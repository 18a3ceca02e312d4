// Runs for the windows.
import type { ApiOutput, ApiParsedInput } from '../contract/api.ts'
import { EspalierError } from '../contract/errors.ts'
import type { Store } from '../store/store.ts'

/** @throws EspalierError 'store/missing' */
export async function getRun(store: Store, id: string): Promise<ApiOutput<'runs.get'>> {
  const run = await store.runs.get(id)
  const job = run === null ? null : await store.jobs.get(run.jobId)
  if (run === null || job === null) {
    throw new EspalierError(
      'store/missing',
      `There is no run ${id}.`,
      'espalier runs lists them; so does the app under Runs.',
    )
  }
  const model = run.modelId === null ? null : await store.models.get(run.modelId)
  const dataset = run.datasetId === null ? null : await store.datasets.get(run.datasetId)
  return { run, job, model, dataset }
}

/** Newest first; those of one job in the order of its recipe. */
export async function listRuns(
  store: Store,
  { jobId, state, limit, offset }: ApiParsedInput<'runs.list'>,
): Promise<ApiOutput<'runs.list'>> {
  if (jobId === null) return store.runs.list({ limit, offset }, { state })
  const runs = await store.runs.ofJob(jobId)
  return runs.filter((run) => state === undefined || run.state === state).slice(offset, offset + limit)
}

/** Newest first, with the names of their jobs. */
export async function pageOfRuns(
  store: Store,
  { limit, offset, ...filter }: ApiParsedInput<'runs.page'>,
): Promise<ApiOutput<'runs.page'>> {
  const runs = await store.runs.list({ limit, offset }, filter)
  const titles = await store.jobs.titles(runs.map(({ jobId }) => jobId))
  return runs.map((run) => ({ run, job: titles.get(run.jobId) ?? run.jobId }))
}
