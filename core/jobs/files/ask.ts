// Asks a process of its own one question: a file that breaks its reader, or a network that keeps it busy, costs that process only.
import { EspalierError, type ErrorCode } from '../../contract/errors.ts'
import type { JobLauncher } from '../launcher.ts'
import { fromChildSchema, type FromChild, type ToChild } from '../protocol.ts'

type Task = Extract<ToChild, { type: 'inspect' | 'import' | 'confusion' | 'study' }>
type Answer = Extract<FromChild, { type: 'inspected' | 'imported' | 'confusion' | 'trial' | 'measured' }>

export interface AskOptions {
  /** Milliseconds until the process is ended; default three minutes, null for none. */
  readonly limit?: number | null
  /** Told what the process says on its way, its answers too: the last one counts. */
  readonly hear?: (message: FromChild) => void
  /** Asks the process to stop, and ends it where it does not within a few seconds. */
  readonly signal?: AbortSignal
}

/** Milliseconds; reading VGG-16 and running it beside ONNX Runtime takes half a minute on two busy cores. */
const usualLimit = 180_000
/** Milliseconds that a process which was asked to stop may take. */
const stopGrace = 5_000

/** @throws EspalierError of the task; 'job/cancelled' where it was stopped; 'input/unreadable' where there was no answer */
export function askProcess(launcher: JobLauncher, task: Task, options: AskOptions = {}): Promise<Answer> {
  const { limit = usualLimit, hear, signal } = options
  return new Promise((resolve, reject) => {
    const process = launcher()
    let answer: Answer | null = null
    let failure: EspalierError | null = null
    let late = false
    const expire = (): void => {
      late = true
      process.kill()
    }
    let timer = limit === null ? undefined : setTimeout(expire, limit)
    const stop = (): void => {
      clearTimeout(timer)
      process.send({ type: 'stop' })
      timer = setTimeout(() => process.kill(), stopGrace)
    }
    signal?.addEventListener('abort', stop)
    process.onMessage((message) => {
      const parsed = fromChildSchema.safeParse(message)
      if (!parsed.success) return
      const { data } = parsed
      hear?.(data)
      if (data.type === 'ready' && signal?.aborted === true) process.kill()
      else if (data.type === 'ready') process.send(task)
      else if (isAnswer(data)) answer = data
      else if (data.type === 'end' && data.error !== null)
        failure = new EspalierError(data.error.code as ErrorCode, data.error.message, data.error.hint)
    })
    process.onExit(({ code, errorOutput }) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      if (signal?.aborted === true) reject(stopped())
      else if (failure !== null) reject(failure)
      else if (answer !== null) resolve(answer)
      else reject(silent(late ? `not done after ${(limit ?? 0) / 1000} s` : `exit code ${code ?? 'none'}`, errorOutput))
    })
  })
}

function isAnswer(message: FromChild): message is Answer {
  return ['inspected', 'imported', 'confusion', 'trial', 'measured'].includes(message.type)
}

function stopped(): EspalierError {
  return new EspalierError('job/cancelled', 'It was stopped.', 'Ask again for an answer.')
}

function silent(how: string, errorOutput: string): EspalierError {
  const said = errorOutput.trim().split('\n').at(-1) ?? ''
  return new EspalierError(
    'input/unreadable',
    `The process that was asked gave no answer (${how}${said === '' ? '' : `: ${said}`}).`,
    'Check that these are the files you meant; a very large network may need more memory than there is.',
  )
}
