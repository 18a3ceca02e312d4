// What every command has: the flags --json and --home, the app on that home, and one place where errors become exit codes.
import type { Command } from 'commander'
import { createApp, type App } from '../app.ts'
import { toErrorData } from '../contract/errors.ts'
import { resolveHome } from '../home.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { Terminal } from './terminal.ts'

/** A command in action. `open` opens the home once; it is closed when the command ends. */
export interface Context {
  readonly terminal: Terminal
  readonly home: string
  readonly open: (shell?: 'cli' | 'serve') => Promise<App>
}

interface CommonOptions {
  readonly json?: boolean
  readonly home?: string
}

/** Adds the common flags and the action; the number it returns is the exit code (0 where it returns nothing). */
export function defineAction(
  command: Command,
  action: (context: Context, command: Command) => Promise<number | undefined>,
): Command {
  return command
    .option('--json', 'print the result as JSON on stdout')
    .option('--home <dir>', 'data folder (default: ESPALIER_HOME, else the system’s place for application data)')
    .action(async () => {
      process.exitCode = await perform(command, action)
    })
}

async function perform(
  command: Command,
  action: (context: Context, command: Command) => Promise<number | undefined>,
): Promise<number> {
  const options = command.opts<CommonOptions>()
  const terminal = new Terminal({ out: process.stdout, err: process.stderr }, options.json === true)
  const home = resolveHome(options.home)
  let app: App | null = null
  const open = async (shell: 'cli' | 'serve' = 'cli'): Promise<App> => (app ??= await createApp({ home, shell }))
  try {
    return (await action({ terminal, home, open }, command)) ?? exitCodes.ok
  } catch (thrown) {
    const error = toErrorData(thrown)
    terminal.error(error)
    if (error.code === 'internal' && thrown instanceof Error) terminal.note(thrown.stack ?? '')
    return exitCodeOf(error.code)
  } finally {
    await (app as App | null)?.dispose()
  }
}
