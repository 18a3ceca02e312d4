// One run on screen: a snapshot of row, curves and verdicts, then every event of it; applying an event twice is harmless.
import { toErrorData, type ErrorData } from '../../core/contract/errors.ts'
import type { JobEvent, JobGauge } from '../../core/contract/events.ts'
import type { ApiOutput } from '../../core/contract/api.ts'
import { logEntryOf, type LogEntry } from '../../core/contract/log.ts'
import type { RunRow, VerdictRow } from '../../core/contract/rows.ts'
import type { Connection } from '../client/connection.ts'
import { mergePoints, noCurves, type Curves } from '../logic/series.ts'
import { addLines, keptLines, logLine, type LogLine } from '../logic/log.ts'
import { followSearch, type LiveSearch } from '../logic/search.ts'
import { mergeVerdicts } from '../logic/verdicts.ts'

/** Verdicts asked for at once: neither side is busy for long. */
const verdictPage = 1_000

export class RunState {
  detail: ApiOutput<'runs.get'> | null = $state.raw(null)
  /** Decides which tab opens first; it stays, so that no tab changes under the reader's eyes. */
  stateAtOpening: RunRow['state'] | null = null
  siblings: readonly RunRow[] = $state.raw([])
  curves: Curves = $state.raw(noCurves)
  verdicts: readonly VerdictRow[] = $state.raw([])
  gauge: JobGauge | null = $state.raw(null)
  /** The search under way, from when this screen was opened. */
  search: LiveSearch | null = $state.raw(null)
  log: readonly LogLine[] = $state.raw([])
  error: ErrorData | null = $state.raw(null)
  readonly runId: string
  private readonly client: Connection
  private readonly release: (() => void)[]
  private closed = false

  constructor(client: Connection, runId: string) {
    this.client = client
    this.runId = runId
    this.release = [
      client.subscribe((event) => this.hear(event)),
      client.onLine((line) => {
        if (line === 'up') void this.load()
      }),
    ]
    void this.load()
  }

  close(): void {
    this.closed = true
    for (const release of this.release) release()
  }

  private async load(): Promise<void> {
    try {
      await this.loadRow()
      const jobId = this.detail?.job.id
      if (jobId === undefined) return
      await Promise.all([
        this.loadVerdicts(),
        this.client.call('runs.metrics', { id: this.runId }).then((points) => {
          this.curves = mergePoints(this.curves, points)
        }),
        this.client.call('jobs.events', { jobId, after: 0, limit: keptLines }).then(({ events }) => this.tell(events)),
        this.client.call('jobs.log', { id: jobId, limit: keptLines }).then((entries) => this.note(entries)),
      ])
    } catch (thrown) {
      this.error = toErrorData(thrown)
    }
  }

  private async loadVerdicts(): Promise<void> {
    for (let offset = 0; !this.closed; offset += verdictPage) {
      const page = await this.client.call('runs.verdicts', { id: this.runId, limit: verdictPage, offset })
      this.verdicts = mergeVerdicts(this.verdicts, page)
      if (page.length < verdictPage) return
    }
  }

  private async loadRow(): Promise<void> {
    const detail = await this.client.call('runs.get', { id: this.runId })
    this.stateAtOpening ??= detail.run.state
    this.detail = detail
    this.siblings = (await this.client.call('jobs.get', { id: detail.job.id })).runs
  }

  /** The log of what happened, and what is being done now. */
  private tell(events: readonly JobEvent[]): void {
    this.note(events.map(logEntryOf).filter((entry) => entry !== null))
    const last = events.findLast(({ body }) => body.type === 'gauge' && body.runId === this.runId)
    if (last?.body.type !== 'gauge') return
    this.gauge = last.body.gauge
    this.search = followSearch(this.search, this.gauge)
  }

  private note(entries: readonly LogEntry[]): void {
    const lines = entries.map((entry) => logLine(entry, this.runId)).filter((line) => line !== null)
    this.log = addLines(this.log, lines)
  }

  private hear(event: JobEvent): void {
    if (event.jobId !== this.detail?.job.id) return
    this.tell([event])
    const { body } = event
    if (body.type === 'state') {
      // A job that is started again may ask again: verdicts that were taken back go.
      const again = body.state === 'queued'
      if (again) this.verdicts = []
      void this.reload(again)
      return
    }
    if (body.type === 'log' || body.runId !== this.runId) return
    if (body.type === 'metrics') this.curves = mergePoints(this.curves, body.points)
    else if (body.type === 'verdict') this.verdicts = mergeVerdicts(this.verdicts, [body.row])
    else if (body.type !== 'gauge') void this.reload(false)
  }

  private async reload(withVerdicts: boolean): Promise<void> {
    try {
      await this.loadRow()
      if (withVerdicts) await this.loadVerdicts()
    } catch (thrown) {
      this.error = toErrorData(thrown)
    }
  }
}
