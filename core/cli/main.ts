// Entry of the `espalier` command.
import { runCli } from './cli.ts'
import { surviveBrokenStreams } from './streams.ts'

surviveBrokenStreams(process)
process.exitCode = await runCli(process.argv.slice(2), { out: process.stdout, err: process.stderr })

// A calculation that outlived its time limit must not hold up the answer.
setTimeout(() => process.exit(), 1_000).unref()
