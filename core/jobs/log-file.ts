// The logs of jobs as files, one line for each entry, so that they outlive the core: a line is with the system once it is written.
import { appendFileSync, mkdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobEvent } from '../contract/events.ts'
import { logEntryOf, logEntrySchema, type LogEntry } from '../contract/log.ts'
import { fileError } from '../store/errors.ts'
import type { EventLog } from './event-log.ts'

/** The end of a file in which entries are looked for, in bytes: some ten thousand. */
const readBytes = 2 ** 21

/**
 * Nothing is held back: every entry is written before the next event is handled. A core that is killed loses none, a
 * computer that loses its power those of the last seconds.
 */
export class JobLogs {
  readonly #folder: string

  /** @param home the data folder; logs are in a folder inside, made with the first of them */
  constructor(home: string) {
    this.#folder = join(home, 'logs')
  }

  /** Events that are no entry are left out. @throws what writing throws, a full disk above all */
  write(event: JobEvent): void {
    const entry = event.jobId === '' ? null : logEntryOf(event)
    if (entry === null) return
    // The end of a line comes with the next one: a line that was cut off spoils no other.
    const line = `\n${JSON.stringify(entry)}`
    try {
      appendFileSync(this.#fileOf(event.jobId), line)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      appendFileSync(this.#fileOf(event.jobId), line)
    }
  }

  /** The newest `most` entries of a job, the oldest first; none where it has no log. What is no entry is passed over. */
  async read(jobId: string, most: number): Promise<readonly LogEntry[]> {
    const text = await endOf(this.#fileOf(jobId))
    return text
      .split('\n')
      .slice(-most)
      .flatMap((line) => parse(line) ?? [])
  }

  /** @param jobId of the history: made by us, letters and digits */
  #fileOf(jobId: string): string {
    return join(this.#folder, `${jobId}.jsonl`)
  }
}

/** Writes down what every job says from now on; where that is no longer possible the log says so, once. */
export function keepLogs(log: EventLog, logs: JobLogs): void {
  let kept = true
  log.subscribe((event) => {
    if (!kept) return
    try {
      logs.write(event)
    } catch (cause) {
      kept = false
      const { message } = fileError('The log of the job', cause) as Error
      log.append(event.jobId, { type: 'log', level: 'warning', message: `The log is no longer kept: ${message}` })
    }
  })
}

function parse(line: string): LogEntry | null {
  try {
    return logEntrySchema.parse(JSON.parse(line))
  } catch {
    return null
  }
}

/** The last `readBytes` of a file; empty where there is none. */
async function endOf(path: string): Promise<string> {
  try {
    const file = await open(path)
    try {
      const { size } = await file.stat()
      const start = Math.max(0, size - readBytes)
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw cause
  }
}
