// A page of the models with what they belong to: the run that made each, its job, its data, how accurate it is.
import type { ApiOutput, ApiParsedInput } from '../contract/api.ts'
import type { Store } from '../store/store.ts'

/** Newest first. The accuracy is that of the run, of the model it came to; steps on the way there have none. */
export async function pageOfModels(
  store: Store,
  { limit, offset, ...filter }: ApiParsedInput<'models.page'>,
): Promise<ApiOutput<'models.page'>> {
  const models = await store.models.list({ limit, offset }, filter)
  const runs = new Map((await store.runs.ofIds(models.flatMap(({ runId }) => runId ?? []))).map((run) => [run.id, run]))
  const jobs = await store.jobs.titles([...runs.values()].map(({ jobId }) => jobId))
  const dataIds = new Set(models.flatMap(({ datasetId }) => datasetId ?? []))
  const data = new Map(
    (await Promise.all([...dataIds].map((id) => store.datasets.get(id)))).map((row) => [row?.id, row]),
  )
  const rows = models.map((model) => {
    const run = runs.get(model.runId ?? '')
    return {
      model,
      job: run === undefined ? null : { id: run.jobId, title: jobs.get(run.jobId) ?? run.jobId },
      data: data.get(model.datasetId ?? '')?.name ?? null,
      accuracy: run?.modelId === model.id ? (run.summary?.accuracy ?? null) : null,
    }
  })
  return { total: await store.models.count(filter), rows }
}
