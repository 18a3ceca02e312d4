// Job processes as Electron's utility processes: what core/jobs starts with Node's fork elsewhere.
import type { UtilityProcess } from 'electron'
import type { JobLauncher } from '../core/jobs/launcher.ts'

export type ForkUtility = (
  modulePath: string,
  args: string[],
  options: { serviceName: string; stdio: ['ignore', 'ignore', 'pipe'] },
) => Pick<UtilityProcess, 'pid' | 'postMessage' | 'on' | 'kill' | 'stderr'>

/** How much of what the process wrote to stderr is kept for the error of a crash. */
const keptErrorOutput = 4_000

/** @param modulePath the built electron/child.ts */
export function utilityLauncher(fork: ForkUtility, modulePath: string): JobLauncher {
  return () => {
    const child = fork(modulePath, [], { serviceName: 'Espalier job', stdio: ['ignore', 'ignore', 'pipe'] })
    let errorOutput = ''
    let alive = true
    child.stderr?.on('data', (chunk: Buffer) => {
      errorOutput = (errorOutput + chunk.toString('utf8')).slice(-keptErrorOutput)
    })
    return {
      pid: child.pid,
      send: (message) => {
        if (alive) child.postMessage(message)
      },
      onMessage: (listener) => child.on('message', listener),
      onExit: (listener) =>
        child.on('exit', (code) => {
          if (alive) listener({ code, errorOutput })
          alive = false
        }),
      kill: () => void child.kill(),
    }
  }
}
