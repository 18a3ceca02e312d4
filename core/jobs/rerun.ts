// Whether images of a run may be asked about again, and under which limit.
import { EspalierError } from '../contract/errors.ts'
import type { RunRow } from '../contract/rows.ts'
import type { Verdict } from '../contract/verdict.ts'
import type { Store } from '../store/store.ts'

type Counts = Partial<Record<Verdict, number>>

/**
 * The run, where asking again about its verdicts of these kinds makes sense.
 * @param seconds the limit for each image from now on; absent: as before
 * @throws EspalierError 'store/missing'; 'job/state' where it has no such verdict; 'recipe/invalid' for a limit under which
 *   verdicts that stay would be wrong
 */
export async function requireRerun(
  store: Store,
  runId: string,
  kinds: readonly Verdict[],
  seconds?: number,
): Promise<RunRow> {
  const run = await store.runs.get(runId)
  if (run === null) throw new EspalierError('store/missing', `There is no run ${runId}.`, 'List the runs to see them.')
  const counts = await store.verdicts.counts(runId)
  if (kinds.every((kind) => (counts[kind] ?? 0) === 0))
    throw new EspalierError('job/state', `${runId} has no verdict ${kinds.join(' or ')}.`, 'There is nothing to ask.')
  if (seconds !== undefined) requireLonger(run, kinds, counts, seconds)
  return run
}

/** What was decided within the old limit is decided within a longer one too; a timeout is not. */
function requireLonger(
  { timeoutSeconds: before }: RunRow,
  kinds: readonly Verdict[],
  counts: Counts,
  seconds: number,
): void {
  if (before !== null && seconds < before)
    throw new EspalierError(
      'recipe/invalid',
      `The limit would be ${seconds} s; the verdicts that stay had up to ${before} s.`,
      'Give a limit that is at least as long, or start a new run.',
    )
  if (seconds !== before && !kinds.includes('timeout') && (counts.timeout ?? 0) > 0)
    throw new EspalierError(
      'recipe/invalid',
      'With a longer limit the timeouts of the shorter one would stay.',
      'Ask about the timeouts again too.',
    )
}
