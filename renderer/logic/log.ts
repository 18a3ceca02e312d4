// The log of a run: what the job said, its stages, and each verdict as it came, one line per event.
import type { LogEntry } from '../../core/contract/log.ts'
import { formatSeconds } from './format.ts'
import { methodTitle, stageTitles, verdictWords } from './words.ts'

export interface LogLine {
  readonly sequence: number
  readonly time: string
  readonly level: 'info' | 'warning' | 'error'
  readonly message: string
}

/** Lines of a log that a window keeps, the newest. */
export const keptLines = 2_000

/** The line an entry makes in the log of `runId`; null for those of other runs. */
export function logLine({ sequence, time, body }: LogEntry, runId: string): LogLine | null {
  const info = (message: string): LogLine => ({ sequence, time, level: 'info', message })
  switch (body.type) {
    case 'log':
      return { sequence, time, level: body.level, message: body.message }
    case 'state':
      return info(`job ${body.state}`)
    case 'run':
      if (body.runId !== runId) return null
      if (body.error !== null)
        return { sequence, time, level: 'error', message: `run failed: ${body.error.code}: ${body.error.message}` }
      return info(
        body.stage === '' ? `run ${body.state}` : `stage: ${(stageTitles[body.stage] ?? body.stage).toLowerCase()}`,
      )
    case 'verdict': {
      if (body.runId !== runId) return null
      const { subject, verdict, method, seconds } = body
      return info(
        `${subject}: ${verdictWords[verdict].title.toLowerCase()} (${methodTitle(method)}, ${formatSeconds(seconds)})`,
      )
    }
    default:
      body satisfies never
      return null
  }
}

/** What tells lines apart: numbers begin anew with every process of the core. */
export const lineKey = ({ time, sequence }: LogLine): string => `${time} ${sequence}`

/** Lines in order of time, the newest of them; one that is there already stays as it is. */
export function addLines(lines: readonly LogLine[], more: readonly LogLine[]): readonly LogLine[] {
  if (more.length === 0) return lines
  const known = new Set(lines.map(lineKey))
  const all = [...lines, ...more.filter((line) => !known.has(lineKey(line)))]
  const order = (a: LogLine, b: LogLine): number => Date.parse(a.time) - Date.parse(b.time) || a.sequence - b.sequence
  return all.sort(order).slice(-keptLines)
}
