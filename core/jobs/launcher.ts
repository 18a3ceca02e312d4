// Starting the process of a job: a seam, so that Electron can use its utility processes instead of Node's fork.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ToChild } from './protocol.ts'

/** A running job process. Listeners are set once, before anything is sent. */
export interface JobProcess {
  readonly pid: number | undefined
  send(message: ToChild): void
  onMessage(listener: (message: unknown) => void): void
  /** Called once, also when the process could not be started. `errorOutput`: the end of what it wrote to stderr. */
  onExit(listener: (exit: { readonly code: number | null; readonly errorOutput: string }) => void): void
  /** Ends the process at once. */
  kill(): void
}

/** Starts a process that runs `runJobProcess` of core/jobs/child-main.ts. */
export type JobLauncher = () => JobProcess

const keptErrorOutput = 4_000

/** Node's own: `fork` of core/jobs/child.ts. */
export const forkLauncher: JobLauncher = () => {
  const child = fork(fileURLToPath(new URL('./child.ts', import.meta.url)), [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let errorOutput = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errorOutput = (errorOutput + text).slice(-keptErrorOutput)
  })
  return {
    pid: child.pid,
    send: (message) => {
      if (child.connected) child.send(message)
    },
    onMessage: (listener) => child.on('message', listener),
    onExit: (listener) => {
      let ended = false
      const end = (code: number | null): void => {
        if (!ended) listener({ code, errorOutput })
        ended = true
      }
      child.on('close', end)
      child.on('error', (error) => {
        errorOutput += error.message
        if (child.pid === undefined) end(null)
      })
    },
    kill: () => child.kill('SIGKILL'),
  }
}
