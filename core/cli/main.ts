// Entry of the `espalier` command.
import { keepCompiledCode } from './compile-cache.ts'
import { surviveBrokenStreams } from './streams.ts'

keepCompiledCode()
surviveBrokenStreams(process)
// Only now: what is imported above is compiled before the first line runs.
const { runCli } = await import('./cli.ts')
process.exitCode = await runCli(process.argv.slice(2), { out: process.stdout, err: process.stderr })

// A calculation that outlived its time limit must not hold up the answer.
setTimeout(() => process.exit(), 1_000).unref()
