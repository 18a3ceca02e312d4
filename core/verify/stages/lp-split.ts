// The stage of search by cases: the LP relaxation at the root, ReLUs split lazily, every leaf bounded from its duals.
import type { Attempt, Decision } from '../attempt.ts'
import { decideByCases, type LpSplitReport } from '../lp-split/decide.ts'
import { verifiedByRows, wholeBound, withSolver } from './solver-stage.ts'
import type { Stage } from './stage.ts'

export function lpSplitStage(): Stage {
  return {
    method: 'lp-split',
    label: 'lpSplit',
    share: 1,
    run: (attempt, seconds, signal) => withSolver(attempt, () => search(attempt, seconds, signal)),
  }
}

async function search(attempt: Attempt, seconds: number, signal: AbortSignal): Promise<Decision | null> {
  const { bounds, prepared, problem, box, openRows } = attempt
  if (!bounds) return null
  const before = attempt.domains
  const report = await decideByCases({
    network: prepared.fused,
    box,
    property: problem.property,
    rows: openRows,
    bounds,
    pool: attempt.context.pool,
    seconds,
    signal,
    accept: (point) => attempt.replay.accept(point),
    progress: ({ lowerBound, solved, open }) => {
      attempt.domains = before + solved
      attempt.progress('lp-split', open, wholeBound(attempt, lowerBound))
    },
  })
  attempt.domains = before + report.solved
  attempt.raiseFloor(wholeBound(attempt, report.lowerBound))
  attempt.add('lpSplitLeaves', report.closed)
  return conclude(attempt, report)
}

/** Bounds rebuilt from duals rest on the float32 bounds of the root. */
function conclude(attempt: Attempt, { status, witness, lowerBound }: LpSplitReport): Decision | null {
  if (witness) return { verdict: 'falsified', witness }
  if (status === 'verified') return verifiedByRows(attempt, lowerBound, 'float32')
  attempt.reason =
    status === 'tie'
      ? 'the minimum is within the tolerance of the solver of 0'
      : 'the search by cases did not finish in its time'
  return null
}
