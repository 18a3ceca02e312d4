// The exit code of a finished job.
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import type { FollowedJob } from './follow.ts'

/** By the job's error; of a job with one run, by the run's. */
export function jobExitCode({ job, runs }: FollowedJob): number {
  if (job.state === 'done') return exitCodes.ok
  if (job.state === 'cancelled') return exitCodes.cancelled
  const error = job.error ?? (runs.length === 1 ? runs[0].error : null)
  return error === null ? exitCodes.failed : exitCodeOf(error.code)
}
