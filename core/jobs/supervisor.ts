// The jobs of one home: a queue, a process for the job whose turn it is, pause, cancel, resume, and the recovery of orphans.
import { EspalierError, toErrorData, type ErrorData } from '../contract/errors.ts'
import type { ApiOutput } from '../contract/api.ts'
import type { JobEventBody } from '../contract/events.ts'
import type { Recipe } from '../contract/recipe.ts'
import type { JobRow, JobState, RunRow } from '../contract/rows.ts'
import type { Verdict } from '../contract/verdict.ts'
import type { Store } from '../store/store.ts'
import type { EventLog } from './event-log.ts'
import { createId } from './ids.ts'
import { runsOf } from './new-job.ts'
import { JobConversation, type JobEnd } from './conversation.ts'
import type { JobLauncher } from './launcher.ts'
import { requireRerun } from './rerun.ts'

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
  /** It was asked to stop after the image or epoch under way. */
  finishing: boolean
  readonly ended: Promise<void>
}

const resumable: readonly JobState[] = ['interrupted', 'cancelled', 'failed']
/** Interrupted jobs that are shown; older ones are found among the runs. */
const shownInterrupted = 20
const heldKey = 'queue.held'

export class JobSupervisor {
  readonly #options: SupervisorOptions
  readonly #running = new Map<string, Running>()
  /** The jobs that were started or resumed here. */
  readonly #asked = new Set<string>()
  #closing = false
  #held = false
  #turn: Promise<void> = Promise.resolve()

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /** On start: what a vanished process left running becomes interrupted; what was queued waits for its turn. */
  async recover(): Promise<void> {
    const { store } = this.#options
    for (const { id } of await store.jobs.interruptOrphans(new Date().toISOString()))
      this.#tell(id, { type: 'state', state: 'interrupted' })
    this.#held = (await store.settings.get(heldKey)) === true
    this.#pump()
  }

  /** What runs, what waits in its order, and what was interrupted lately. */
  async queue(): Promise<ApiOutput<'jobs.queue'>> {
    const { jobs } = this.#options.store
    const interrupted = (await jobs.inState('interrupted')).reverse().slice(0, shownInterrupted)
    const stopping = [...this.#running].flatMap(([id, { finishing }]) => (finishing ? [id] : []))
    const [running, queued] = [await jobs.inState('running'), await jobs.inState('queued')]
    return { running, queued, interrupted, stopping, held: this.#held }
  }

  /** A queue on hold starts nothing, also after a restart; what runs goes on. */
  async hold(held: boolean): Promise<void> {
    this.#held = held
    await this.#options.store.settings.set(heldKey, held)
    this.#pump()
  }

  /** The queued jobs in this order, before all others that wait. */
  reorder(ids: readonly string[]): Promise<void> {
    return this.#options.store.jobs.reorder(ids)
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

  /**
   * Asks again about the images of a run whose verdict is one of `kinds`; everything else stays as it is.
   * @param timeoutSeconds a longer limit for each image, the run's from now on
   * @throws 'store/missing'; 'job/state' where the job is under way or the run has no such verdict; 'recipe/invalid' for a
   *   limit under which verdicts that stay would be wrong
   */
  async rerun(runId: string, kinds: readonly Verdict[], timeoutSeconds?: number): Promise<JobRow> {
    const { store } = this.#options
    const run = await requireRerun(store, runId, kinds, timeoutSeconds)
    // In the turn of the queue: the job must not start before its verdicts are taken back.
    const job = this.#turn.then(async () => {
      const row = await store.jobs.transition(run.jobId, ['done', ...resumable], 'queued', {
        error: null,
        finishedAt: null,
      })
      await store.verdicts.removeKinds(runId, kinds)
      if (timeoutSeconds !== undefined) await store.runs.update(runId, { timeoutSeconds })
      for (const { id, state } of await store.runs.ofJob(run.jobId))
        if (id === runId || state !== 'done')
          await store.runs.update(id, { state: 'waiting', error: null, startedAt: null, finishedAt: null })
      return row
    })
    this.#turn = job.then(
      () => undefined,
      () => undefined,
    )
    const row = await job
    this.#asked.add(row.id)
    this.#tell(row.id, { type: 'state', state: 'queued' })
    this.#pump()
    return row
  }

  get #takesUpQueue(): boolean {
    return this.#options.takeUpQueue ?? true
  }

  /** Comes back at once; a running job stops at the next safe point and can be resumed. @throws 'job/unknown', 'job/state' */
  async pause(id: string): Promise<JobRow> {
    const running = this.#running.get(id)
    if (running !== undefined) {
      running.stopState = 'interrupted'
      running.conversation.stop(this.#options.grace)
      return this.#rowOf(id)
    }
    const { state } = await this.#rowOf(id)
    throw new EspalierError(
      'job/state',
      `Job ${id} is ${state}; only one that runs can be paused.`,
      'Look at it again.',
    )
  }

  /**
   * Comes back at once; a running job is cancelled when its process has stopped.
   * @param afterInstance not before the image or epoch under way is done
   * @throws 'job/unknown', 'job/state'
   */
  async cancel(id: string, afterInstance = false): Promise<JobRow> {
    const { store } = this.#options
    const running = this.#running.get(id)
    if (running !== undefined) {
      running.stopState = 'cancelled'
      running.finishing = afterInstance
      if (afterInstance) running.conversation.finish()
      else running.conversation.stop(this.#options.grace)
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
      if (this.#closing || this.#held || this.#running.size >= concurrency) return
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
    const running: Running = { conversation, stopState: 'interrupted', finishing: false, ended }
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
    if (state === 'failed') await this.#endRuns(id, ['waiting', 'running'], 'failed', error)
    else await this.#endRuns(id, ['running'], 'interrupted', null)
    await store.jobs.transition(id, ['running'], state, { error, pid: null, finishedAt: new Date().toISOString() })
    this.#tell(id, { type: 'state', state })
  }

  /** What becomes of the runs that a process left like this when it ended; those of a failed job will not run by themselves. */
  async #endRuns(
    id: string,
    left: readonly RunRow['state'][],
    state: 'failed' | 'interrupted',
    error: ErrorData | null,
  ): Promise<void> {
    const { store } = this.#options
    for (const run of await store.runs.ofJob(id)) {
      if (!left.includes(run.state)) continue
      await store.runs.update(run.id, { state, error, finishedAt: new Date().toISOString() })
      this.#tell(id, { type: 'run', runId: run.id, state, stage: run.stage, error })
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
