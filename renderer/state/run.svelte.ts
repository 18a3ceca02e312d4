// One run on screen: a snapshot of row, curves and verdicts, then every event of it; applying an event twice is harmless.
import { toErrorData, type ErrorData } from '../../core/contract/errors.ts'
import type { JobEvent, JobGauge } from '../../core/contract/events.ts'
import type { ApiOutput } from '../../core/contract/api.ts'
import type { RunRow, VerdictRow } from '../../core/contract/rows.ts'
import type { Connection } from '../client/connection.ts'
import { mergePoints, noCurves, type Curves } from '../logic/series.ts'
import { mergeVerdict } from '../logic/verdicts.ts'

export interface LogLine {
  readonly sequence: number
  readonly time: string
  readonly level: 'info' | 'warning' | 'error'
  readonly message: string
}

export class RunState {
  detail: ApiOutput<'runs.get'> | null = $state.raw(null)
  siblings: readonly RunRow[] = $state.raw([])
  curves: Curves = $state.raw(noCurves)
  verdicts: readonly VerdictRow[] = $state.raw([])
  gauge: JobGauge | null = $state.raw(null)
  log: readonly LogLine[] = $state.raw([])
  error: ErrorData | null = $state.raw(null)
  readonly runId: string
  private readonly client: Connection
  private readonly release: (() => void)[]

  constructor(client: Connection, runId: string) {
    this.client = client
    this.runId = runId
    this.release = [
      client.subscribe((event) => this.apply(event)),
      client.onLine((up) => {
        if (up) void this.load()
      }),
    ]
    void this.load()
  }

  close(): void {
    for (const release of this.release) release()
  }

  private async load(): Promise<void> {
    try {
      await this.loadRow()
      const id = this.runId
      const [points, verdicts] = await Promise.all([
        this.client.call('runs.metrics', { id }),
        this.client.call('runs.verdicts', { id }),
      ])
      this.curves = mergePoints(this.curves, points)
      this.verdicts = verdicts.reduce(mergeVerdict, this.verdicts)
      const jobId = this.detail?.job.id
      if (jobId === undefined) return
      const { events } = await this.client.call('jobs.events', { jobId, after: 0 })
      for (const event of events) this.apply(event, false)
    } catch (thrown) {
      this.error = toErrorData(thrown)
    }
  }

  private async loadRow(): Promise<void> {
    const detail = await this.client.call('runs.get', { id: this.runId })
    this.detail = detail
    this.siblings = (await this.client.call('jobs.get', { id: detail.job.id })).runs
  }

  private apply({ jobId, sequence, time, body }: JobEvent, live = true): void {
    if (this.detail !== null && jobId !== this.detail.job.id) return
    if (body.type === 'log') this.addLine({ sequence, time, level: body.level, message: body.message })
    else if (body.type === 'gauge' && body.runId === this.runId) this.gauge = body.gauge
    else if (body.type === 'metrics' && body.runId === this.runId) this.curves = mergePoints(this.curves, body.points)
    else if (body.type === 'verdict' && body.runId === this.runId) this.verdicts = mergeVerdict(this.verdicts, body.row)
    else if (live && (body.type === 'state' || body.type === 'run' || body.type === 'summary')) void this.reload()
  }

  private addLine(line: LogLine): void {
    if (this.log.some(({ sequence }) => sequence === line.sequence)) return
    this.log = [...this.log, line].sort((a, b) => a.sequence - b.sequence).slice(-1_000)
  }

  private async reload(): Promise<void> {
    try {
      await this.loadRow()
    } catch (thrown) {
      this.error = toErrorData(thrown)
    }
  }
}
