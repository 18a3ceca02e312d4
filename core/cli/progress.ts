// What a person sees while a job works: one line rewritten on a terminal, now and then a plain line elsewhere.
import type { JobEvent, JobEventBody, JobGauge } from '../contract/events.ts'
import type { JobRow, RunRow } from '../contract/rows.ts'
import { formatSeconds, formatShare } from './table.ts'
import type { Terminal } from './terminal.ts'

/** Seconds between plain lines, where no terminal watches. */
const plainInterval = 10

export class ProgressView {
  readonly #terminal: Terminal
  readonly #names: ReadonlyMap<string, string>
  readonly #startedAt = new Map<string, number>()
  readonly #explained = new Set<string>()
  #plainAt = 0

  constructor(terminal: Terminal, runs: readonly RunRow[]) {
    this.#terminal = terminal
    this.#names = new Map(runs.map(({ id, title, variant }) => [id, title === '' ? variant : title]))
  }

  show({ body }: JobEvent): void {
    if (body.type === 'gauge') this.#gauge(body.runId, body.gauge)
    else if (body.type === 'run') this.#run(body)
    else if (body.type === 'log' && body.level === 'info') this.#terminal.status(`  ${body.message} …`)
    else if (body.type === 'log') this.#terminal.note(`  ${body.level}: ${body.message}`)
  }

  /** What went wrong with a job, each thing once: a job that failed by its runs has nothing to add to them. */
  explainEnd(job: JobRow, runs: readonly RunRow[]): void {
    for (const { id, error } of runs) this.#explain(id, error)
    if (job.error !== null && runs.every(({ error }) => error === null)) this.#terminal.note(failureText(job.error))
  }

  #explain(runId: string, error: RunRow['error']): void {
    if (error === null || this.#explained.has(runId)) return
    this.#explained.add(runId)
    this.#terminal.note(`  ${this.#names.get(runId) ?? runId}:\n${failureText(error)}`)
  }

  #run({ runId, state, stage, error }: Extract<JobEventBody, { type: 'run' }>): void {
    const name = this.#names.get(runId) ?? runId
    if (state === 'running') {
      this.#startedAt.set(runId, this.#startedAt.get(runId) ?? performance.now())
      if (stage !== '') this.#terminal.note(`  ${name}: ${stage}`)
      return
    }
    const since = this.#startedAt.get(runId)
    this.#startedAt.delete(runId)
    if (state === 'waiting') {
      this.#terminal.note(`  ${name}: ready, verified together with the others`)
      return
    }
    const took = since === undefined ? '' : ` after ${formatSeconds((performance.now() - since) / 1000)}`
    this.#terminal.note(`  ${name}: ${state}${took}${error === null ? '' : `\n${failureText(error)}`}`)
    if (error !== null) this.#explained.add(runId)
  }

  #gauge(runId: string, gauge: JobGauge): void {
    const text = `  ${this.#names.get(runId) ?? runId}: ${gaugeText(gauge)}`
    if (this.#terminal.live) {
      this.#terminal.status(text)
      return
    }
    const now = performance.now() / 1000
    if (now - this.#plainAt < plainInterval) return
    this.#plainAt = now
    this.#terminal.note(text)
  }
}

function failureText({ code, message, hint }: NonNullable<RunRow['error']>): string {
  return `    ${code}: ${message}\n    → ${hint}`
}

/** A gauge in words; nothing is a percentage that is not one. */
export function gaugeText(gauge: JobGauge): string {
  if ('epoch' in gauge) {
    const { stage, epoch, epochs, batch, batches, samplesPerSecond } = gauge
    const rate = Math.round(samplesPerSecond).toLocaleString('en-US')
    return `${stage}, epoch ${epoch} of at most ${epochs}, batch ${batch}/${batches}, ${rate} images/s`
  }
  if ('imageIndex' in gauge) {
    const { done, total, imageIndex, method, seconds, domainsOpen, domainsVisited, worstBound } = gauge
    const domains =
      domainsVisited === null || domainsVisited === 0 ? '' : `, ${domainsVisited} domains, ${domainsOpen ?? '?'} open`
    const bound = worstBound === null ? '' : `, bound ${worstBound.toFixed(3)} (goal > 0)`
    const subject = gauge.properties === true ? `property ${imageIndex + 1}` : `image ${imageIndex}`
    return `verify, ${done} of ${total} done (${formatShare(done / total, 0)}), ${subject}: ${method}, ${formatSeconds(seconds)}${domains}${bound}`
  }
  return `${gauge.stage}, ${gauge.message}`
}
