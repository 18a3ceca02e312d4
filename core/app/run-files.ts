// Runs as files: reports, tables, certificates, the reviewer's bundle.
import { encodeCertificate } from '../certify/format.ts'
import type { ApiOutput } from '../contract/api.ts'
import { verdictsToCsv } from '../report/verdicts-csv.ts'
import type { Store } from '../store/store.ts'
import type { DatasetShelf } from './datasets.ts'
import { certificateOfRun } from './image-certificates.ts'
import { getRun } from './runs.ts'

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
