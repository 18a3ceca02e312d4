// A history as large as the design promises, written through the store as jobs write it: in transactions, row by row valid.
import { recipeSchema } from '../../core/contract/recipe.ts'
import { runSummarySchema, type JobRow, type RunRow, type VerdictRow } from '../../core/contract/rows.ts'
import { openStore } from '../../core/store/open.ts'
import { jobRow, modelRow, runRow, verdictRow } from '../store/rows.ts'

export interface HistorySize {
  /** Two runs each. */
  readonly jobs: number
  readonly verdictsPerRun: number
  readonly epochs: number
  readonly series: number
  /** Verdicts of the first run of the newest job, which also has all the curves. */
  readonly deepVerdicts: number
}

export const promised: HistorySize = { jobs: 5_000, verdictsPerRun: 100, epochs: 500, series: 20, deepVerdicts: 10_000 }

export interface LargeHistory {
  readonly newestJob: string
  /** The run with `deepVerdicts` verdicts and all curves. */
  readonly deepRun: string
  readonly runs: number
  readonly verdicts: number
}

/** Jobs written in one transaction each for themselves, their runs, their models, their verdicts. */
const batch = 50

const words = ['verified', 'falsified', 'verified', 'timeout', 'verified', 'unknown'] as const

/** Fills the empty folder `home`. */
export async function writeLargeHistory(home: string, size: HistorySize): Promise<LargeHistory> {
  const newestJob = jobOf(size.jobs - 1).id
  const deepRun = `run-${newestJob}-0`
  const store = await openStore(home)
  const artifact = await store.artifacts.put(new TextEncoder().encode('network'), 'application/octet-stream')
  for (let first = 0; first < size.jobs; first += batch) {
    const jobs = Array.from({ length: Math.min(batch, size.jobs - first) }, (_, k) => jobOf(first + k))
    const runs = jobs.flatMap((job) =>
      ['baseline', 'pruned'].map((variant, position) => runOf(job, variant, position, size.verdictsPerRun)),
    )
    await store.jobs.insert(...jobs)
    await store.runs.insert(...runs)
    await store.models.insert(...runs.map((run) => modelRow(artifact, { id: `net-${run.id}`, name: run.variant, runId: run.id, createdAt: run.createdAt }))) // prettier-ignore
    for (const { id } of runs) await store.runs.update(id, { modelId: `net-${id}` })
    await store.verdicts.record(
      ...runs.flatMap((run) => verdictsOf(run, run.id === deepRun ? size.deepVerdicts : size.verdictsPerRun)),
    )
    await store.metrics.append(runs.filter(({ id }) => id === deepRun).flatMap((run) => pointsOf(run, size)))
  }
  await store.close()
  const runs = 2 * size.jobs
  const verdicts = (runs - 1) * size.verdictsPerRun + size.deepVerdicts
  return { newestJob, deepRun, runs, verdicts }
}

function jobOf(j: number): JobRow {
  const recipe = recipeSchema.parse({
    name: `sweep-${j}`,
    title: `Sweep ${j}`,
    variants: [
      { name: 'baseline', architecture: 'net1' },
      { name: 'pruned', from: 'baseline', simplify: { method: 'neuron', ratio: 0.5 } },
    ],
    verify: { images: { select: 'first', count: 100 } },
  })
  const createdAt = timeOf(j)
  const { name, title } = recipe
  return jobRow({ id: `job-${String(j).padStart(5, '0')}`, name, title, state: 'done', recipe, createdAt, startedAt: createdAt, finishedAt: createdAt }) // prettier-ignore
}

function runOf(job: JobRow, variant: string, position: number, images: number): RunRow {
  const counts = { verified: images / 2, falsified: images / 4, unknown: 0, timeout: images / 4, error: 0 }
  const summary = runSummarySchema.parse({
    ...{ accuracy: 0.97, robustness: 0.6, robustnessEpsilon: 0.1, hiddenNeurons: 112, weights: 52_896 },
    ...{ nonzeroWeights: 52_896, unstable: 0.2, images, ...counts, seconds: images, meanSeconds: 1 },
  })
  const { id: jobId, createdAt } = job
  const row = { id: `run-${jobId}-${position}`, jobId, position, variant, title: '', state: 'done' as const }
  return runRow({ ...row, summary, createdAt, startedAt: createdAt, finishedAt: createdAt })
}

function verdictsOf({ id: runId, createdAt }: RunRow, count: number): VerdictRow[] {
  return Array.from({ length: count }, (_, imageIndex) => {
    const verdict = words[imageIndex % words.length]
    const evidence = verdict === 'verified' ? 'float32' : verdict === 'falsified' ? 'replayed' : null
    return verdictRow({ runId, imageIndex, verdict, evidence, seconds: (imageIndex % 37) / 10, createdAt })
  })
}

function pointsOf(run: RunRow, { epochs, series }: HistorySize) {
  const names = Array.from(
    { length: series },
    (_, k) => `${k % 2 === 0 ? 'train' : 'validation'}.measure-${Math.floor(k / 2)}`,
  )
  return names.flatMap(
    (name, k) =>
    Array.from({ length: epochs }, (_, epoch) => ({ runId: run.id, series: name, step: epoch + 1, value: (k + 1) / (epoch + 1) })), // prettier-ignore
  )
}

/** One minute after another, the last today. */
function timeOf(j: number): string {
  return new Date(Date.UTC(2026, 9, 1) + j * 60_000).toISOString()
}
