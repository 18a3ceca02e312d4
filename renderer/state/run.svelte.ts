// One run on screen: a snapshot of row, curves and verdicts, then every event of it; applying an event twice is harmless.
import { toErrorData, type ErrorData } from '../../core/contract/errors.ts'
import type { JobEvent, JobGauge } from '../../core/contract/events.ts'
import type { ApiOutput } from '../../core/contract/api.ts'
import type { RunRow, VerdictRow } from '../../core/contract/rows.ts'
import type { Connection } from '../client/connection.ts'
import { mergePoints, noCurves, type Curves } from '../logic/series.ts'
import { addLine, logLine, type LogLine } from '../logic/log.ts'
import { mergeVerdict } from '../logic/verdicts.ts'

export class RunState {
  detail: ApiOutput<'runs.get'> | null = $state.raw(null)
  /** Decides which tab opens first; it stays, so that no tab changes under the reader's eyes. */
  stateAtOpening: RunRow['state'] | null = null
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
    this.stateAtOpening ??= detail.run.state
    this.detail = detail
    this.siblings = (await this.client.call('jobs.get', { id: detail.job.id })).runs
  }

  private apply(event: JobEvent, live = true): void {
    if (this.detail === null || event.jobId !== this.detail.job.id) return
    const line = logLine(event, this.runId)
    if (line !== null) this.log = addLine(this.log, line)
    const { body } = event
    if (body.type === 'log') return
    if (body.type === 'state') {
      if (live) void this.reload()
      return
    }
    if (body.runId !== this.runId) return
    if (body.type === 'gauge') this.gauge = body.gauge
    else if (body.type === 'metrics') this.curves = mergePoints(this.curves, body.points)
    else if (body.type === 'verdict') this.verdicts = mergeVerdict(this.verdicts, body.row)
    else if (live) void this.reload()
  }

  private async reload(): Promise<void> {
    try {
      await this.loadRow()
    } catch (thrown) {
      this.error = toErrorData(thrown)
    }
  }
}
