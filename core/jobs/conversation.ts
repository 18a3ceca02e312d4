// The core's side of the talk with one job process: start, events, stop, and how it ended whatever happened.
import type { ErrorCode, ErrorData } from '../contract/errors.ts'
import type { JobEventBody } from '../contract/events.ts'
import type { JobProcess } from './launcher.ts'
import { fromChildSchema } from './protocol.ts'

/** `crashed`: the process ended without saying so; `stopping`: it had been asked to stop. */
export type JobEnd =
  | { readonly outcome: 'done' | 'failed' | 'stopped'; readonly error: ErrorData | null }
  | { readonly outcome: 'crashed'; readonly error: ErrorData; readonly stopping: boolean }

/** Once its last message is out a process has this long to leave by itself. */
const leaveGrace = 5_000

export class JobConversation {
  /** Resolves when the process is gone; never rejects. */
  readonly ended: Promise<JobEnd>
  readonly #process: JobProcess
  #said: JobEnd | null = null
  #stopping = false
  #timer: NodeJS.Timeout | null = null

  constructor(process: JobProcess, job: { home: string; jobId: string }, emit: (body: JobEventBody) => void) {
    this.#process = process
    process.onMessage((message) => this.#receive(message, job, emit))
    this.ended = new Promise((resolve) => {
      process.onExit(({ code, errorOutput }) => {
        if (this.#timer !== null) clearTimeout(this.#timer)
        resolve(this.#said ?? { outcome: 'crashed', error: crash(code, errorOutput), stopping: this.#stopping })
      })
    })
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Asks the process to stop; ends it after `grace` milliseconds. */
  stop(grace: number): void {
    this.#stopping = true
    this.#process.send({ type: 'stop' })
    this.#killAfter(grace)
  }

  /** Asks the process to stop after the image or epoch under way, however long that takes. */
  finish(): void {
    this.#stopping = true
    this.#process.send({ type: 'stop', after: 'instance' })
  }

  #receive(
    message: unknown,
    { home, jobId }: { home: string; jobId: string },
    emit: (body: JobEventBody) => void,
  ): void {
    const parsed = fromChildSchema.safeParse(message)
    if (!parsed.success) {
      emit({ type: 'log', level: 'error', message: `message of the job process refused: ${parsed.error.message}` })
    } else if (parsed.data.type === 'ready') {
      this.#process.send({ type: 'start', home, jobId })
    } else if (parsed.data.type === 'event') {
      emit(parsed.data.body)
    } else if (parsed.data.type === 'end') {
      const { outcome, error } = parsed.data
      this.#said = { outcome, error: error === null ? null : { ...error, code: error.code as ErrorCode } }
      this.#killAfter(leaveGrace)
    }
  }

  #killAfter(milliseconds: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#process.kill(), milliseconds)
  }
}

function crash(code: number | null, errorOutput: string): ErrorData {
  const how = code === null ? 'was ended by the system' : `ended with code ${code}`
  const said = errorOutput.trim().split('\n').slice(-12).join('\n')
  return {
    code: 'job/crashed',
    message: `The job process ${how}.${said === '' ? '' : `\n${said}`}`,
    hint: 'Everything finished is stored: resume the job. If it happens again, look for a lack of memory.',
  }
}
