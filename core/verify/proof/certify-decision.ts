// After a search: its decision proved again in float64, as far as the mode and the time allow.
import { preparationEntries } from '../../certify/graph.ts'
import { CheckStopped } from '../../certify/pace.ts'
import { EspalierError } from '../../contract/errors.ts'
import type { CertifyMode } from '../../contract/verdict.ts'
import type { Attempt, Decision } from '../attempt.ts'
import { certify, type Certified } from './certify.ts'
import { CellMultipliers } from './cell-multipliers.ts'
import { searchAgain } from './search-again.ts'

/** `auto`: share of the search's time; short searches get a share of the time limit instead, so many seconds at most. */
const SHARE = 1 / 3
const LIMIT_SHARE = 1 / 20
const MOST_UNASKED_SECONDS = 3
/** `auto`: largest networks, by entries of their matrices (768 MiB), and how many are built in a second. */
const MOST_ENTRIES = 2 ** 26
const ENTRIES_A_SECOND = 2 ** 25

/**
 * The proof of a decision `verified`; null where there is none, and `attempt.detail` says what was tried. Bounds of the
 * search are proved again; for what rests on HiGHS, `always` has a search of our own first. `deadline` on the clock of
 * `performance.now`.
 */
export async function certifyDecision(
  attempt: Attempt,
  decision: Decision,
  mode: CertifyMode,
  deadline: number,
): Promise<Certified | null> {
  if (!attempt.recorder || decision.verdict !== 'verified') return null
  if (restsOnBounds(attempt, decision)) return await proveAgain(attempt, attempt, mode, deadline)
  // Where branch and bound was tried before the solver there is no use in trying it again.
  if (mode !== 'always' || 'babDomains' in attempt.detail) return null
  const search = await searchAgain(attempt, deadline)
  return search && (await proveAgain(attempt, search, mode, deadline))
}

/** Whether the decision stands on what the search recorded: not on a solver's word, nor on cases by linear programmes. */
function restsOnBounds({ bySolver, detail }: Attempt, decision: Decision): boolean {
  if (decision.verdict !== 'verified' || decision.evidence !== 'float32') return false
  return !bySolver && !('lpSplitLeaves' in detail)
}

/** `search` recorded a proof; figures go to `attempt`. */
async function proveAgain(
  attempt: Attempt,
  { recorder, problem, prepared, context, signal }: Attempt,
  mode: CertifyMode,
  deadline: number,
): Promise<Certified | null> {
  if (!recorder || recorder.overflown) return null
  const started = performance.now()
  const limit = mode === 'always' ? Infinity : 1000 * unaskedSeconds(attempt.seconds, attempt.budget.seconds)
  const entries = mode === 'always' ? 0 : preparationEntries(problem.network)
  if (entries > MOST_ENTRIES || (1000 * entries) / ENTRIES_A_SECOND > limit) {
    attempt.detail.certifyStopped = 1
    return null
  }
  try {
    const certified = await certify({
      problem,
      graph: prepared.graph(),
      fused: prepared.fused,
      recorder,
      solver: new CellMultipliers(context.pool, signal),
      pace: { deadline: Math.min(deadline, started + limit), signal },
    })
    attempt.detail.certifiedCells = certified.leaves
    attempt.detail.certifyRepairs = certified.repaired
    return certified
  } catch (thrown) {
    // What has a code (no proof found, a solver that gave up) leaves the verdict at the evidence it has; a bug does not hide.
    if (!(thrown instanceof CheckStopped || thrown instanceof EspalierError)) throw thrown
    attempt.detail.certifyStopped = thrown instanceof CheckStopped ? 1 : 0
    attempt.detail.certifyFailed = thrown instanceof CheckStopped ? 0 : 1
    return null
  } finally {
    attempt.add('certifySeconds', (performance.now() - started) / 1000)
  }
}

/** What `auto` may take after a search of so many seconds within a limit. */
export function unaskedSeconds(search: number, limit: number): number {
  return Math.max(SHARE * search, Math.min(LIMIT_SHARE * limit, MOST_UNASKED_SECONDS))
}
