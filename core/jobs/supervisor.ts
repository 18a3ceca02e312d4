// The jobs of one home: a queue, a process for the job whose turn it is, cancel, resume, and the recovery of orphans.
import { EspalierError, toErrorData, type ErrorData } from '../contract/errors.ts'
import type { JobEventBody } from '../contract/events.ts'
import type { Recipe } from '../contract/recipe.ts'
import type { JobRow, JobState } from '../contract/rows.ts'
import type { Store } from '../store/store.ts'
import type { EventLog } from './event-log.ts'
import { createId } from './ids.ts'
import { runsOf } from './new-job.ts'
import { JobConversation, type JobEnd } from './conversation.ts'
import type { JobLauncher } from './launcher.ts'

export interface SupervisorOptions {
  readonly store: Store
  readonly log: EventLog
  readonly launcher: JobLauncher
  /** Jobs that run at the same time. */
  readonly concurrency: number
  /** Milliseconds between asking a process to stop and ending it. */
  readonly grace: number
  /** False: jobs that an earlier process left in the queue stay there until they are resumed. Default true. */
  readonly takeUpQueue?: boolean
}

interface Running {
  readonly conversation: JobConversation
  /** What the job becomes when it stops before its end. */
  stopState: 'cancelled' | 'interrupted'
  readonly ended: Promise<void>
}

const resumable: readonly JobState[] = ['interrupted', 'cancelled', 'failed']

export class JobSupervisor {
  readonly #options: SupervisorOptions
  readonly #running = new Map<string, Running>()
  /** The jobs that were started or resumed here. */
  readonly #asked = new Set<string>()
  #closing = false
  #turn: Promise<void> = Promise.resolve()

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /** On start: what a vanished process left running becomes interrupted; what was queued waits for its turn. */
  async recover(): Promise<void> {
    await this.#options.store.jobs.interruptOrphans(new Date().toISOString())
    this.#pump()
  }

  async start(recipe: Recipe): Promise<JobRow> {
    const { store } = this.#options
    const { name, title } = recipe
    const createdAt = new Date().toISOString()
    const times = { createdAt, startedAt: null, finishedAt: null }
    const job: JobRow = { id: createId('job'), name, title, state: 'queued', recipe, ...times, pid: null, error: null, environment: {} } // prettier-ignore
    await store.jobs.insert(job)
    await store.runs.insert(...runsOf(job))
    this.#asked.add(job.id)
    this.#tell(job.id, { type: 'state', state: 'queued' })
    this.#pump()
    return job
  }

  /** @throws EspalierError 'job/unknown', 'job/state' */
  async resume(id: string): Promise<JobRow> {
    const { store } = this.#options
    const left = this.#asked.has(id) || this.#takesUpQueue ? [] : (['queued'] as const)
    const job = await store.jobs.transition(id, [...resumable, ...left], 'queued', { error: null, finishedAt: null })
    for (const run of await store.runs.ofJob(id)) {
      if (run.state !== 'done') await store.runs.update(run.id, { state: 'waiting', error: null, finishedAt: null })
    }
    this.#asked.add(id)
    this.#tell(id, { type: 'state', state: 'queued' })
    this.#pump()
    return job
  }

  get #takesUpQueue(): boolean {
    return this.#options.takeUpQueue ?? true
  }

  /** Comes back at once; a running job is cancelled when its process has stopped. @throws 'job/unknown', 'job/state' */
  async cancel(id: string): Promise<JobRow> {
    const { store } = this.#options
    const running = this.#running.get(id)
    if (running !== undefined) {
      running.stopState = 'cancelled'
      running.conversation.stop(this.#options.grace)
      return this.#rowOf(id)
    }
    const job = await store.jobs.transition(id, ['queued'], 'cancelled', { finishedAt: new Date().toISOString() })
    this.#tell(id, { type: 'state', state: 'cancelled' })
    return job
  }

  /** Interrupts what runs, so that it can be resumed; queued jobs stay queued for the next start. */
  async close(): Promise<void> {
    this.#closing = true
    const running = [...this.#running.values()]
    for (const { conversation } of running) conversation.stop(this.#options.grace)
    await Promise.all(running.map(({ ended }) => ended))
  }

  /** One look at the queue after another: two at once could start a job twice. */
  #pump(): void {
    this.#turn = this.#turn
      .then(() => this.#startNext())
      .catch((thrown: unknown) => {
        const { code, message } = toErrorData(thrown)
        this.#tell('', { type: 'log', level: 'error', message: `${code}: ${message}` })
      })
  }

  async #startNext(): Promise<void> {
    const { store, concurrency } = this.#options
    for (const { id } of await store.jobs.inState('queued')) {
      if (this.#closing || this.#running.size >= concurrency) return
      if (!this.#running.has(id) && (this.#takesUpQueue || this.#asked.has(id))) this.#launch(id)
    }
  }

  #launch(id: string): void {
    const { store, launcher } = this.#options
    let finish: () => void = () => undefined
    const ended = new Promise<void>((resolve) => (finish = resolve))
    const conversation = new JobConversation(launcher(), { home: store.home, jobId: id }, (body) =>
      this.#tell(id, body),
    )
    const running: Running = { conversation, stopState: 'interrupted', ended }
    this.#running.set(id, running)
    this.#follow(id, running)
      .catch((thrown: unknown) => this.#tell(id, { type: 'log', level: 'error', message: toErrorData(thrown).message }))
      .finally(() => {
        this.#running.delete(id)
        finish()
        if (!this.#closing) this.#pump()
      })
  }

  async #follow(id: string, running: Running): Promise<void> {
    const { store } = this.#options
    const startedAt = new Date().toISOString()
    const pid = running.conversation.pid ?? null
    try {
      await store.jobs.transition(id, ['queued'], 'running', { startedAt, finishedAt: null, pid })
    } catch (thrown) {
      running.conversation.stop(0)
      throw thrown
    }
    this.#tell(id, { type: 'state', state: 'running' })
    const { state, error } = verdictOn(await running.conversation.ended, running.stopState)
    await this.#settleRuns(id)
    await store.jobs.transition(id, ['running'], state, { error, pid: null, finishedAt: new Date().toISOString() })
    this.#tell(id, { type: 'state', state })
  }

  /** Runs that a process left running when it ended are interrupted. */
  async #settleRuns(id: string): Promise<void> {
    const { store } = this.#options
    for (const run of await store.runs.ofJob(id)) {
      if (run.state !== 'running') continue
      await store.runs.update(run.id, { state: 'interrupted', finishedAt: new Date().toISOString() })
      this.#tell(id, { type: 'run', runId: run.id, state: 'interrupted', stage: run.stage, error: null })
    }
  }

  async #rowOf(id: string): Promise<JobRow> {
    const row = await this.#options.store.jobs.get(id)
    if (row !== null) return row
    throw new EspalierError(
      'job/unknown',
      `There is no job ${id}.`,
      'espalier runs lists them; so does the app under Runs.',
    )
  }

  #tell(jobId: string, body: JobEventBody): void {
    this.#options.log.append(jobId, body)
  }
}

/** What becomes of a job whose process ended like this. */
function verdictOn(end: JobEnd, stopState: 'cancelled' | 'interrupted'): { state: JobState; error: ErrorData | null } {
  if (end.outcome === 'crashed')
    return { state: end.stopping ? stopState : 'interrupted', error: end.stopping ? null : end.error }
  if (end.outcome === 'stopped') return { state: stopState, error: null }
  return { state: end.outcome, error: end.error }
}
