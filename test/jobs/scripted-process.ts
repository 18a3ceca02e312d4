// A job process that does what a test says, and waiting for what must come.
import type { ErrorData } from '../../core/contract/errors.ts'
import type { JobProcess } from '../../core/jobs/launcher.ts'
import type { FromChild, ToChild } from '../../core/jobs/protocol.ts'

export class ScriptedProcess implements JobProcess {
  readonly pid = 4711
  readonly received: ToChild[] = []
  killed = false
  #message: (message: unknown) => void = () => undefined
  #exit: (exit: { code: number | null; errorOutput: string }) => void = () => undefined

  send(message: ToChild): void {
    this.received.push(message)
  }
  onMessage(listener: (message: unknown) => void): void {
    this.#message = listener
  }
  onExit(listener: (exit: { code: number | null; errorOutput: string }) => void): void {
    this.#exit = listener
  }
  kill(): void {
    this.killed = true
    this.exit(null)
  }
  say(message: FromChild | { type: 'nonsense' }): void {
    this.#message(message)
  }
  /** Any message, also one that is no part of the protocol of jobs. */
  tell(message: unknown): void {
    this.#message(message)
  }
  exit(code: number | null, errorOutput = ''): void {
    this.#exit({ code, errorOutput })
  }
  end(outcome: 'done' | 'failed' | 'stopped', error: ErrorData | null = null): void {
    this.say({ type: 'end', outcome, error })
    this.exit(0)
  }
}

/** Looks until `wanted`. @throws where it never comes */
export async function until<T>(look: () => Promise<T> | T, wanted: (value: T) => boolean): Promise<T> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const value = await look()
    if (wanted(value)) return value
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error('it never happened')
}
