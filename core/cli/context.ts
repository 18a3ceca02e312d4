// What every command has: the flags --json and --home, the app on that home, and one place where errors become exit codes.
import type { Command } from 'commander'
import type { App } from '../app.ts'
import type { HomeAccess } from '../app/open-home.ts'
import { toErrorData } from '../contract/errors.ts'
import { resolveHome } from '../home.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { Terminal, type Streams } from './terminal.ts'

/** A command in action. `open` opens the home once; it is closed when the command ends. */
export interface Context {
  readonly terminal: Terminal
  readonly open: (access?: HomeAccess, shell?: 'cli' | 'serve') => Promise<App>
}

/** The number it returns is the exit code; nothing is 0. */
export type Action = (context: Context, command: Command) => Promise<number | undefined>

interface CommonOptions {
  readonly json?: boolean
  readonly home?: string
}

/** One call of the command line: where it writes, and the exit code it ends with. */
export class Shell {
  readonly streams: Streams
  exitCode: number = exitCodes.ok

  constructor(streams: Streams) {
    this.streams = streams
  }

  /** Adds the common flags and the action to a command. */
  define(command: Command, action: Action): void {
    command
      .option('--json', 'print the result as JSON on stdout')
      .option('--home <dir>', 'data folder (default: ESPALIER_HOME, else the system’s place for application data)')
      .action(async () => {
        this.exitCode = await this.#perform(command, action)
      })
  }

  async #perform(command: Command, action: Action): Promise<number> {
    const options = command.opts<CommonOptions>()
    const terminal = new Terminal(this.streams, options.json === true)
    let app: App | null = null
    const open: Context['open'] = async (access = 'write', shell = 'cli') => {
      // Late, so that help and wrong flags answer at once.
      const { createApp } = await import('../app.ts')
      return (app ??= await createApp({ home: resolveHome(options.home), shell, access }))
    }
    try {
      return (await action({ terminal, open }, command)) ?? exitCodes.ok
    } catch (thrown) {
      const error = toErrorData(thrown)
      terminal.error(error)
      if (error.code === 'internal' && thrown instanceof Error) terminal.note(thrown.stack ?? '')
      return exitCodeOf(error.code)
    } finally {
      await (app as App | null)?.dispose()
    }
  }
}
