// Runs for the windows, and as files.
import { encodeCertificate } from '../certify/format.ts'
import type { ApiOutput } from '../contract/api.ts'
import { EspalierError } from '../contract/errors.ts'
import { verdictsToCsv } from '../report/verdicts-csv.ts'
import type { Store } from '../store/store.ts'
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

/** `csv`: one line for each verdict; `json`: everything of the run; `certificate`: the proofs that were kept. */
export async function exportRun(
  store: Store,
  id: string,
  format: 'csv' | 'json' | 'certificate',
): Promise<ApiOutput<'runs.export'>> {
  const parts = await getRun(store, id)
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

function file(name: string, mediaType: string, text: string): ApiOutput<'runs.export'> {
  return { name, mediaType, base64: Buffer.from(text, 'utf8').toString('base64') }
}
