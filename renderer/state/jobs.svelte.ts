// All jobs and what each is doing now: fed by a snapshot, then by events; the tray and the lists read it.
import type { JobEvent, JobGauge } from '../../core/contract/events.ts'
import type { JobRow } from '../../core/contract/rows.ts'
import { toErrorData, type ErrorData } from '../../core/contract/errors.ts'
import type { Connection } from '../client/connection.ts'

export interface Activity {
  readonly runId: string
  readonly gauge: JobGauge
}

export class Jobs {
  rows: readonly JobRow[] = $state.raw([])
  activity: Readonly<Record<string, Activity>> = $state.raw({})
  loaded = $state(false)
  online = $state(true)
  error: ErrorData | null = $state.raw(null)
  /** Grows whenever a run or job changed state: lists that show runs ask again when it does. */
  version = $state(0)
  private readonly client: Connection

  constructor(client: Connection) {
    this.client = client
    client.subscribe((event) => this.apply(event))
    client.onLine((up) => {
      this.online = up
      if (up) void this.refresh()
    })
    void this.refresh()
  }

  get running(): readonly JobRow[] {
    return this.rows.filter((job) => job.state === 'running')
  }

  get queued(): readonly JobRow[] {
    return this.rows.filter((job) => job.state === 'queued')
  }

  async refresh(): Promise<void> {
    try {
      this.rows = await this.client.call('jobs.list', { limit: 200 })
      await Promise.all(this.running.filter((job) => !(job.id in this.activity)).map((job) => this.recall(job.id)))
      this.loaded = true
      this.error = null
      this.version += 1
    } catch (thrown) {
      this.error = toErrorData(thrown)
    }
  }

  async cancel(id: string): Promise<void> {
    await this.act('jobs.cancel', id)
  }

  async resume(id: string): Promise<void> {
    await this.act('jobs.resume', id)
  }

  private async act(method: 'jobs.cancel' | 'jobs.resume', id: string): Promise<void> {
    try {
      await this.client.call(method, { id })
      await this.refresh()
    } catch (thrown) {
      this.error = toErrorData(thrown)
    }
  }

  /** After a reload: the last gauge of a running job, from the events the core still has. */
  private async recall(jobId: string): Promise<void> {
    const { events } = await this.client.call('jobs.events', { jobId, after: 0 })
    const last = events.findLast((event) => event.body.type === 'gauge')
    if (last !== undefined) this.apply(last)
  }

  private apply({ jobId, body }: JobEvent): void {
    if (body.type === 'gauge') this.activity = { ...this.activity, [jobId]: { runId: body.runId, gauge: body.gauge } }
    else if (body.type === 'run' || body.type === 'summary') this.version += 1
    else if (body.type === 'state') void this.refresh()
  }
}
