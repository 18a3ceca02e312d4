// What happens when nobody reads the output any more (`espalier … | head`) or it cannot be written: the job goes on.
import { exitCodes } from './exit-codes.ts'

/**
 * Keeps a failing stdout or stderr from ending the process: everything is in the history anyway. Where stdout lost a result
 * for another reason than a reader that left, a call that would have ended with `ok` ends with `input`.
 */
export function surviveBrokenStreams(program: NodeJS.Process): void {
  let lost = false
  program.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || lost) return
    lost = true
    program.stderr.write(`error input/unreadable\n  The result could not be written to stdout: ${error.message}\n`)
  })
  program.stderr.on('error', () => undefined)
  program.on('exit', () => {
    if (lost && (program.exitCode ?? exitCodes.ok) === exitCodes.ok) program.exitCode = exitCodes.input
  })
}
