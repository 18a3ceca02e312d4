// `espalier runs`: the runs of the history, and one of them with its verified images.
import type { Command } from 'commander'
import type { App } from '../../app.ts'
import type { ApiOutput } from '../../contract/api.ts'
import type { RunRow, VerdictRow } from '../../contract/rows.ts'
import type { Shell } from '../context.ts'
import { addLimit, readLimit } from '../limit-option.ts'
import { falsifiedText, summaryTable, verifiedText } from '../run-table.ts'
import { formatCount, formatSeconds, formatShare, formatTable, formatTime } from '../table.ts'

export function addRuns(program: Command, shell: Shell): void {
  const command = program.command('runs').argument('[run]', 'a run, to list its images')
  command.description('list the runs of the history, or the verified images of one')
  command.option('--job <id>', 'only the runs of this job')
  addLimit(command, 'runs')
  shell.define(command, async ({ terminal, open }) => {
    const limit = readLimit(command)
    const app = await open('read')
    const id = command.args.at(0)
    if (id === undefined) {
      const jobId = command.opts<{ job?: string }>().job ?? null
      // An unknown job is an error, not a job without runs.
      if (jobId !== null) await app.api['jobs.get']({ id: jobId })
      const runs = await app.api['runs.list']({ jobId, limit, offset: 0 })
      terminal.value(runs)
      terminal.print(runs.length === 0 ? '  No run yet: espalier demo, or espalier run RECIPE' : listText(runs))
      return undefined
    }
    const found = await load(app, id)
    terminal.value(found)
    terminal.print(runText(found))
    return undefined
  })
}

interface FoundRun {
  readonly run: RunRow
  readonly verdicts: readonly VerdictRow[]
  readonly certificates: ApiOutput<'runs.certificates'>
}

async function load(app: App, id: string): Promise<FoundRun> {
  const [found, verdicts, certificates] = await Promise.all([
    app.api['runs.get']({ id }),
    app.api['runs.verdicts']({ id }),
    app.api['runs.certificates']({ id }),
  ])
  return { ...found, verdicts, certificates }
}

const listColumns = [
  { title: 'run', align: 'left' },
  { title: 'network', align: 'left' },
  { title: 'state', align: 'left' },
  { title: 'created', align: 'left' },
  { title: 'accuracy' },
  { title: 'ε' },
  { title: 'verified' },
  { title: 'falsified' },
  { title: 'open' },
  { title: 'model', align: 'left' },
  { title: 'job', align: 'left' },
] as const

function listText(runs: readonly RunRow[]): string {
  const rows = runs.map(({ id, title, variant, state, stage, createdAt, epsilon, summary, modelId, jobId }) => [
    id,
    title === '' ? variant : title,
    stage === '' ? state : `${state} (${stage})`,
    formatTime(createdAt),
    formatShare(summary?.accuracy),
    epsilon === null ? '–' : String(Number(epsilon.toPrecision(4))),
    ...(summary === null || summary.images === 0
      ? ['–', '–', '–']
      : [
          verifiedText(summary),
          falsifiedText(summary),
          formatCount(summary.unknown + summary.timeout + summary.error),
        ]),
    modelId ?? '–',
    jobId,
  ])
  return formatTable(listColumns, rows)
}

function runText({ run, verdicts, certificates: { count, bytes } }: FoundRun): string {
  const { id, jobId, modelId, error } = run
  const head = `  ${id} · job ${jobId}${modelId === null ? '' : ` · model ${modelId}`}`
  const failure = error === null ? [] : ['', `  ${error.code}: ${error.message}`, `    → ${error.hint}`]
  const images = verdicts.length === 0 ? [] : ['', imageTable(verdicts)]
  const kept = count === 0 ? [] : ['', `  certificates kept: ${count}, ${(bytes / 1_000).toFixed(1)} kB`]
  return [head, '', summaryTable([run]), ...failure, ...images, ...kept].join('\n')
}

/** One line for each image and verifier; the verifier is named where there are several. */
function imageTable(verdicts: readonly VerdictRow[]): string {
  const several = new Set(verdicts.map(({ verifier }) => verifier)).size > 1
  const targeted = verdicts.some(({ target }) => target !== null)
  const columns = [
    { title: 'image' },
    { title: 'class' },
    ...(targeted ? [{ title: 'target' }] : []),
    ...(several ? [{ title: 'verifier', align: 'left' } as const] : []),
    { title: 'verdict', align: 'left' } as const,
    { title: 'evidence', align: 'left' } as const,
    { title: 'decided by', align: 'left' } as const,
    { title: 'bound' },
    { title: 'domains' },
    { title: 'time' },
  ]
  const rows = verdicts.map((row) => [
    String(row.imageIndex),
    String(row.label),
    ...(targeted ? [row.target === null ? '–' : String(row.target)] : []),
    ...(several ? [row.verifier] : []),
    row.detail.misclassified === 1 ? `${row.verdict} (misclassified)` : row.verdict,
    row.evidence ?? '–',
    row.method,
    row.lowerBound === null ? '–' : row.lowerBound.toPrecision(4),
    formatCount(row.domains),
    formatSeconds(row.seconds),
  ])
  return formatTable(columns, rows)
}
