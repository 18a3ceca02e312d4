// ERAN's complete method: bounds of neurons refined by LP and MILP, then the open rows by MILP, each a model of its own.
import { intervalBounds } from '../../bounds/interval.ts'
import type { Attempt, Decision } from '../attempt.ts'
import { decideByMilp, type MilpReport } from '../milp/decide.ts'
import { tightenBounds } from '../milp/tighten.ts'
import { verifiedByRows, wholeBound, withSolver } from './solver-stage.ts'
import type { Stage } from './stage.ts'

/** Share of the stage’s time for refinement, ERAN’s limit for one bound, and the least number of unstable neurons that makes it worth while. */
const REFINE_SHARE = 0.2
const REFINE_FROM = 20
const REFINE_SECONDS_EACH = 1

export function milpStage(share = 1): Stage {
  return {
    method: 'milp',
    label: 'milp',
    share,
    run: (attempt, seconds, signal) =>
      withSolver(attempt, async () => {
        const started = performance.now()
        if ((attempt.unstable ?? 0) >= REFINE_FROM) await refine(attempt, seconds * REFINE_SHARE, signal)
        return solveMilp(attempt, 'milp', seconds - (performance.now() - started) / 1000, signal)
      }),
  }
}

/** The open rows by MILP: a model for each (`milp`), or one for all classes together (`mipverify`). */
export async function solveMilp(
  attempt: Attempt,
  method: 'milp' | 'mipverify',
  seconds: number,
  signal: AbortSignal,
): Promise<Decision | null> {
  attempt.bounds ??= intervalBounds(attempt.prepared.fused, attempt.box).preActivations
  const before = attempt.domains
  const report = await decideByMilp({
    network: attempt.prepared.fused,
    box: attempt.box,
    property: attempt.problem.property,
    rows: attempt.openRows,
    together: method === 'mipverify',
    bounds: attempt.bounds,
    replay: attempt.replay,
    starts: attempt.points,
    pool: attempt.context.pool,
    seconds,
    signal,
    progress: ({ lowerBound, incumbent, nodes }) => {
      attempt.domains = before + nodes
      if (incumbent !== null) attempt.upperBound = Math.min(incumbent, attempt.upperBound ?? Infinity)
      attempt.progress(method, null, wholeBound(attempt, lowerBound))
    },
  })
  attempt.domains = before + report.nodes
  attempt.raiseFloor(wholeBound(attempt, report.lowerBound))
  attempt.add('milpNodes', report.nodes)
  attempt.detail.milpBinaries = report.binaries
  return conclude(attempt, report)
}

/** Neurons from the second hidden layer on, CROWN carrying what is found to later layers. */
async function refine(attempt: Attempt, seconds: number, signal: AbortSignal): Promise<void> {
  if (!attempt.bounds) return
  const { fused: network, bounder } = attempt.prepared
  const started = performance.now()
  const result = await tightenBounds(
    { network, box: attempt.box, bounds: attempt.bounds },
    attempt.context.pool,
    {
      seconds,
      secondsEach: REFINE_SECONDS_EACH,
      integer: true,
      progressive: true,
      propagate: (known) => bounder.preActivations(attempt.box, { known, signal }),
    },
    signal,
  )
  attempt.bounds = result.bounds
  attempt.bySolver = true
  attempt.add('tightenSeconds', (performance.now() - started) / 1000)
  attempt.add('tightenFixed', result.fixed)
}

function conclude(attempt: Attempt, report: MilpReport): Decision | null {
  if (report.witness) return { verdict: 'falsified', witness: report.witness }
  if (report.status === 'verified') return verifiedByRows(attempt, report.lowerBound, 'solver')
  attempt.reason =
    report.status === 'gap'
      ? 'the minimum is within the tolerance of the solver of 0'
      : 'the solver did not finish in its time and memory'
  return null
}
