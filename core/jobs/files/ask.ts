// Asks a process of its own one question: a file that breaks its reader, or a network that keeps it busy, costs that process only.
import { EspalierError, type ErrorCode } from '../../contract/errors.ts'
import type { JobLauncher } from '../launcher.ts'
import { fromChildSchema, type FromChild, type ToChild } from '../protocol.ts'

type Task = Extract<ToChild, { type: 'inspect' | 'import' | 'confusion' }>
type Answer = Extract<FromChild, { type: 'inspected' | 'imported' | 'confusion' }>

/** Milliseconds; reading VGG-16 and running it beside ONNX Runtime takes half a minute on two busy cores. */
const usualLimit = 180_000

/**
 * @param limit milliseconds until the process is ended
 * @throws EspalierError of the readers; 'input/unreadable' where the process did not answer
 */
export function askProcess(launcher: JobLauncher, task: Task, limit = usualLimit): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const process = launcher()
    let answer: Answer | null = null
    let failure: EspalierError | null = null
    let late = false
    const timer = setTimeout(() => {
      late = true
      process.kill()
    }, limit)
    process.onMessage((message) => {
      const parsed = fromChildSchema.safeParse(message)
      if (!parsed.success) return
      const { data } = parsed
      if (data.type === 'ready') process.send(task)
      else if (data.type === 'inspected' || data.type === 'imported' || data.type === 'confusion') answer = data
      else if (data.type === 'end' && data.error !== null)
        failure = new EspalierError(data.error.code as ErrorCode, data.error.message, data.error.hint)
    })
    process.onExit(({ code, errorOutput }) => {
      clearTimeout(timer)
      if (failure !== null) reject(failure)
      else if (answer !== null) resolve(answer)
      else reject(silent(late ? `not done after ${limit / 1000} s` : `exit code ${code ?? 'none'}`, errorOutput))
    })
  })
}

function silent(how: string, errorOutput: string): EspalierError {
  const said = errorOutput.trim().split('\n').at(-1) ?? ''
  return new EspalierError(
    'input/unreadable',
    `The process that was asked gave no answer (${how}${said === '' ? '' : `: ${said}`}).`,
    'Check that these are the files you meant; a very large network may need more memory than there is.',
  )
}
