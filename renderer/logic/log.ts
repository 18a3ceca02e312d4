// The log of a run: what the job said, its stages, and each verdict as it came, one line per event.
import type { JobEvent } from '../../core/contract/events.ts'
import { formatSeconds } from './format.ts'
import { methodTitle, stageTitles, verdictWords } from './words.ts'

export interface LogLine {
  readonly sequence: number
  readonly time: string
  readonly level: 'info' | 'warning' | 'error'
  readonly message: string
}

/** As many as anybody reads; the rest is in the history. */
export const keptLines = 2_000

/** The line an event makes in the log of `runId`; null for events that are shown elsewhere. */
export function logLine({ sequence, time, body }: JobEvent, runId: string): LogLine | null {
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
      const { imageIndex, verdict, method, seconds } = body.row
      return info(
        `image ${imageIndex}: ${verdictWords[verdict].title.toLowerCase()} (${methodTitle(method)}, ${formatSeconds(seconds)})`,
      )
    }
    default:
      return null
  }
}

/** Lines in order of their events, the newest of them; one that is there already stays as it is. */
export function addLines(lines: readonly LogLine[], more: readonly LogLine[]): readonly LogLine[] {
  if (more.length === 0) return lines
  const known = new Set(lines.map(({ sequence }) => sequence))
  const all = [...lines, ...more.filter(({ sequence }) => !known.has(sequence))]
  return all.sort((a, b) => a.sequence - b.sequence).slice(-keptLines)
}
