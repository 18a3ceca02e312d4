// Starts or resumes a job and stays with it to its end; Ctrl-C stops it so that it can be resumed.
import type { App } from '../app.ts'
import type { JobRow, RunRow } from '../contract/rows.ts'
import { ProgressView } from './progress.ts'
import type { Terminal } from './terminal.ts'

export interface FollowedJob {
  readonly job: JobRow
  readonly runs: readonly RunRow[]
}

const finalStates: ReadonlySet<string> = new Set(['interrupted', 'cancelled', 'done', 'failed'])

/** @param begin starts or resumes the job: its row comes back once it is queued */
export async function followJob(app: App, terminal: Terminal, begin: () => Promise<JobRow>): Promise<FollowedJob> {
  let view: ProgressView | null = null
  let jobId = ''
  let finish: () => void = () => undefined
  const ended = new Promise<void>((resolve) => (finish = resolve))
  const unsubscribe = app.subscribe((event) => {
    if (event.jobId !== jobId) return
    view?.show(event)
    if (event.body.type === 'state' && finalStates.has(event.body.state)) finish()
  })
  const started = await begin()
  jobId = started.id
  view = new ProgressView(terminal, (await app.api['jobs.get']({ id: jobId })).runs)
  terminal.note(`  job ${jobId} · ${started.title === '' ? started.name : started.title}`)
  const stop = stopOnInterrupt(app, terminal, jobId)
  try {
    if (!finalStates.has((await app.api['jobs.get']({ id: jobId })).job.state)) await ended
    const { job, runs } = await app.api['jobs.get']({ id: jobId })
    view.explainEnd(job, runs)
    if (job.state !== 'done') {
      const when = job.state === 'failed' ? 'With the cause gone, it goes on with' : 'Go on with'
      terminal.note(`  The job is ${job.state}. ${when}: espalier run --resume ${job.id}`)
    }
    return { job, runs }
  } finally {
    stop()
    unsubscribe()
    terminal.clearStatus()
  }
}

function stopOnInterrupt(app: App, terminal: Terminal, id: string): () => void {
  let pressed = 0
  const onSignal = (): void => {
    pressed += 1
    if (pressed > 1) return
    terminal.note('  stopping; everything finished is stored …')
    app.api['jobs.cancel']({ id }).catch((thrown: unknown) => terminal.note(`  ${String(thrown)}`))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return () => {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}
