// The `espalier` command line as a function: one subcommand for each thing the core can do (docs/cli.md).
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { addBench } from './commands/bench.ts'
import { addCheck } from './commands/check.ts'
import { addCompare } from './commands/compare.ts'
import { addData } from './commands/data.ts'
import { addDemo } from './commands/demo.ts'
import { addDevices } from './commands/devices.ts'
import { addExport } from './commands/export.ts'
import { addImport } from './commands/import.ts'
import { addModels } from './commands/models.ts'
import { addReport } from './commands/report.ts'
import { addRun } from './commands/run.ts'
import { addRadius } from './commands/radius.ts'
import { addRuns } from './commands/runs.ts'
import { addServe } from './commands/serve.ts'
import { addAttack, addGraft, addPrune, addTrain, addVerify } from './commands/single.ts'
import type { ErrorData } from '../contract/errors.ts'
import { Shell } from './context.ts'
import { exitCodes } from './exit-codes.ts'
import { Terminal, type Streams } from './terminal.ts'

const { version, description } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
  description: string
}

/** Carries out `args` (without program and script) and returns the exit code. */
export async function runCli(args: readonly string[], streams: Streams): Promise<number> {
  const shell = new Shell(streams)
  const program = new Command('espalier').description(description).version(version).exitOverride()
  program.configureHelp({ sortOptions: false }).showHelpAfterError('(--help shows all flags)')
  program.configureOutput({ writeOut: (text) => streams.out.write(text), writeErr: (text) => streams.err.write(text) })
  for (const add of [
    addDemo,
    addRun,
    addTrain,
    addPrune,
    addGraft,
    addVerify,
    addAttack,
    addRadius,
    addRuns,
    addModels,
    addImport,
    addCompare,
    addExport,
    addReport,
    addData,
    addDevices,
    addBench,
    addCheck,
    addServe,
  ]) {
    add(program, shell)
  }
  try {
    await program.parseAsync(args, { from: 'user' })
    return shell.exitCode
  } catch (thrown) {
    // Commander has already said what is wrong; the exit code and the JSON are ours.
    if (!(thrown instanceof CommanderError)) throw thrown
    if (thrown.exitCode === 0) return exitCodes.ok
    new Terminal(streams, args.includes('--json')).value({ error: usageError(thrown) })
    return exitCodes.usage
  }
}

function usageError({ message }: CommanderError): ErrorData {
  return { code: 'cli/usage', message: message.replace(/^error: /, ''), hint: 'espalier --help shows how.' }
}
