// Runs for the windows, and as files.
import { encodeCertificate } from '../certify/format.ts'
import type { ApiOutput, ApiParsedInput } from '../contract/api.ts'
import { EspalierError } from '../contract/errors.ts'
import type { RunRow } from '../contract/rows.ts'
import { verdictsToCsv } from '../report/verdicts-csv.ts'
import type { Page } from '../store/repositories/page.ts'
import type { Store } from '../store/store.ts'
import type { DatasetShelf } from './datasets.ts'
import { certificateOfRun } from './image-certificates.ts'

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
  if (jobId === null) return store.runs.list({ limit, offset }, state)
  const runs = await store.runs.ofJob(jobId)
  return runs.filter((run) => state === undefined || run.state === state).slice(offset, offset + limit)
}

/** Newest first, with the names of their jobs. */
export async function pageOfRuns(store: Store, page: Page, state?: RunRow['state']): Promise<ApiOutput<'runs.page'>> {
  const runs = await store.runs.list(page, state)
  const titles = await store.jobs.titles(runs.map(({ jobId }) => jobId))
  return runs.map((run) => ({ run, job: titles.get(run.jobId) ?? run.jobId }))
}

/** What a report is made of besides the run. */
interface ExportContext {
  readonly store: Store
  readonly shelf: DatasetShelf
  /** Of Espalier. */
  readonly version: string
}

/** One HTML file about one or several runs. */
export async function reportRuns(
  { store, shelf, version }: ExportContext,
  ids: readonly string[],
): Promise<ApiOutput<'runs.report'>> {
  const { run } = await getRun(store, ids[0])
  const { makeReport } = await import('./report.ts')
  const name = ids.length === 1 ? `${run.variant}-${run.id}` : `comparison-${run.id}`
  return file(`${name}.html`, 'text/html', await makeReport(store, shelf, ids, version))
}

/**
 * `csv`: one line for each verdict; `json`: everything of the run; `certificate`: the proofs that were kept; `bundle`: all
 * that a reviewer needs to run it again, as a ZIP archive.
 */
export async function exportRun(
  { store, shelf, version }: ExportContext,
  id: string,
  format: 'csv' | 'json' | 'certificate' | 'bundle',
): Promise<ApiOutput<'runs.export'>> {
  const parts = await getRun(store, id)
  if (format === 'bundle') {
    const [{ makeBundle }, { makeReport }, { zipBundle }] = await bundleParts()
    const report = await makeReport(store, shelf, [id], version)
    const bytes = await zipBundle(await makeBundle({ store, shelf, runId: id, version, report }))
    const base64 = Buffer.from(bytes).toString('base64')
    return { name: `${parts.run.variant}-${id}.zip`, mediaType: 'application/zip', base64 }
  }
  if (format === 'certificate') {
    const text = encodeCertificate(await certificateOfRun(store, id))
    return file(`${parts.run.variant}-${id}.certificate.json`, 'application/json', text)
  }
  const verdicts = await store.verdicts.ofRun(id)
  const name = `${parts.run.variant}-${id}.${format}`
  if (format === 'csv') return file(name, 'text/csv', verdictsToCsv(verdicts))
  const metrics = await store.metrics.ofRun(id)
  return file(name, 'application/json', JSON.stringify({ ...parts, metrics, verdicts }, null, 2))
}

/** Networks, and with them TensorFlow.js, are loaded when they are first asked for. */
const bundleParts = () => Promise.all([import('./bundle/make.ts'), import('./report.ts'), import('./bundle/write.ts')])

function file(name: string, mediaType: string, text: string): ApiOutput<'runs.export'> {
  return { name, mediaType, base64: Buffer.from(text, 'utf8').toString('base64') }
}
