// All jobs and what each is doing now: fed by a snapshot, then by events; the tray and the lists read it.
import type { ApiInput, ApiMethod, Queue } from '../../core/contract/api.ts'
import type { JobEvent, JobGauge } from '../../core/contract/events.ts'
import type { JobRow, JobState } from '../../core/contract/rows.ts'
import { toErrorData, type ErrorData } from '../../core/contract/errors.ts'
import type { Connection, Line } from '../client/connection.ts'

export interface Activity {
  readonly runId: string
  readonly gauge: JobGauge
}

/** Least milliseconds between two growths of the version: every verified image changes a run. */
const versionInterval = 500
const noQueue: Queue = { running: [], queued: [], interrupted: [], stopping: [], held: false }

export class Jobs {
  /** The newest, of any state. */
  rows: readonly JobRow[] = $state.raw([])
  queue: Queue = $state.raw(noQueue)
  activity: Readonly<Record<string, Activity>> = $state.raw({})
  loaded = $state(false)
  line: Line = $state('up')
  error: ErrorData | null = $state.raw(null)
  /** What was asked of a running job, until it has come to that. */
  asked: Readonly<Record<string, 'pause' | 'stop' | undefined>> = $state.raw({})
  /** Grows whenever a run or job changed state: lists that show runs ask again when it does. */
  version = $state(0)
  /** The job that ended last while this window was open. */
  ended: JobRow | null = $state.raw(null)
  private readonly client: Connection
  private growing: ReturnType<typeof setTimeout> | null = null

  constructor(client: Connection) {
    this.client = client
    client.subscribe((event) => this.apply(event))
    client.onLine((line) => {
      this.line = line
      if (line === 'up') void this.refresh()
    })
    void this.refresh()
  }

  get online(): boolean {
    return this.line === 'up'
  }

  get running(): readonly JobRow[] {
    return this.queue.running
  }

  get queued(): readonly JobRow[] {
    return this.queue.queued
  }

  async refresh(): Promise<void> {
    try {
      const [rows, queue] = await Promise.all([
        this.client.call('jobs.list', { limit: 200 }),
        this.client.call('jobs.queue', {}),
      ])
      this.rows = rows
      this.queue = queue
      await Promise.all(this.running.filter((job) => !(job.id in this.activity)).map((job) => this.recall(job.id)))
      this.loaded = true
      this.error = null
      this.version += 1
    } catch (thrown) {
      this.error = toErrorData(thrown)
    }
  }

  async pause(id: string): Promise<void> {
    this.asked = { ...this.asked, [id]: 'pause' }
    await this.act('jobs.pause', { id })
  }

  async cancel(id: string, afterInstance = false): Promise<void> {
    if (!afterInstance) this.asked = { ...this.asked, [id]: 'stop' }
    await this.act('jobs.cancel', { id, afterInstance })
  }

  async resume(...ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.act('jobs.resume', { id })
  }

  /** Asks again about the images of a run with one of these verdicts, with a longer limit perhaps. */
  async rerun(question: ApiInput<'jobs.rerun'>): Promise<void> {
    await this.act('jobs.rerun', question)
  }

  async hold(held: boolean): Promise<void> {
    await this.act('jobs.hold', { held })
  }

  /** Moves a queued job by so many places. */
  async move(id: string, places: number): Promise<void> {
    const ids = this.queued.map((job) => job.id)
    const from = ids.indexOf(id)
    const to = Math.min(ids.length - 1, Math.max(0, from + places))
    if (from < 0 || from === to) return
    await this.act('jobs.reorder', { ids: ids.toSpliced(from, 1).toSpliced(to, 0, id) })
  }

  private async act<M extends ApiMethod>(method: M, input: ApiInput<M>): Promise<void> {
    try {
      await this.client.call(method, input)
      await this.refresh()
    } catch (thrown) {
      this.asked = {}
      this.error = toErrorData(thrown)
    }
  }

  /** After a reload: the last gauge of a running job, from the events the core still has. */
  private async recall(jobId: string): Promise<void> {
    const { events } = await this.client.call('jobs.events', { jobId, after: 0, limit: 200 })
    const last = events.findLast((event) => event.body.type === 'gauge')
    if (last !== undefined) this.apply(last)
  }

  private apply({ jobId, body }: JobEvent): void {
    if (body.type === 'gauge') this.activity = { ...this.activity, [jobId]: { runId: body.runId, gauge: body.gauge } }
    else if (body.type === 'run' || body.type === 'summary') this.grow()
    else if (body.type === 'state') void this.follow(jobId, body.state)
  }

  private grow(): void {
    this.growing ??= setTimeout(() => {
      this.growing = null
      this.version += 1
    }, versionInterval)
  }

  private async follow(jobId: string, state: JobState): Promise<void> {
    this.asked = { ...this.asked, [jobId]: undefined }
    await this.refresh()
    if (state === 'running' || state === 'queued') return
    this.ended = this.rows.find(({ id }) => id === jobId) ?? null
  }
}
