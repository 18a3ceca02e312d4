// Starts the test's child processes and waits for what they say.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** Forks `children/<name>.ts`. */
export function startChild(name: string, ...parameters: string[]): ChildProcess {
  return fork(join(import.meta.dirname, 'children', `${name}.ts`), parameters, { execArgv: [] })
}

/** The next message of a child. */
export async function nextMessage(child: ChildProcess): Promise<unknown> {
  const [message] = (await once(child, 'message')) as [unknown]
  return message
}

/** Ends a child as a crash would, and waits until it is gone. */
export async function killHard(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
