// The MILP stage: root bounds tightened by LP where there is much to gain, then the open rows by HiGHS.
import { intervalBounds } from '../../bounds/interval.ts'
import { EspalierError } from '../../contract/errors.ts'
import type { Attempt, Decision } from '../attempt.ts'
import { decideByMilp, type MilpReport } from '../milp/decide.ts'
import { NotEncodable } from '../milp/encode.ts'
import { tightenBounds } from '../milp/tighten.ts'
import type { Stage } from './stage.ts'

/** Share of the stage's time for tightening, and the least number of unstable neurons that makes it worth while. */
const TIGHTEN_SHARE = 0.2
const TIGHTEN_FROM = 20
const TIGHTEN_SECONDS_EACH = 2

export function milpStage(share = 1): Stage {
  return {
    method: 'milp',
    label: 'milp',
    share,
    async run(attempt, seconds, signal) {
      try {
        return await solve(attempt, seconds, signal)
      } catch (thrown) {
        if (thrown instanceof NotEncodable) attempt.reason = `no MILP: ${thrown.message}`
        else if (thrown instanceof EspalierError && thrown.code === 'verify/solver') attempt.failure = thrown
        else throw thrown
        return null
      }
    },
  }
}

async function solve(attempt: Attempt, seconds: number, signal: AbortSignal): Promise<Decision | null> {
  const started = performance.now()
  const left = (): number => seconds - (performance.now() - started) / 1000
  attempt.bounds ??= intervalBounds(attempt.prepared.fused, attempt.box).preActivations
  if ((attempt.unstable ?? 0) >= TIGHTEN_FROM) await tighten(attempt, left() * TIGHTEN_SHARE, signal)
  const before = attempt.domains
  const report = await decideByMilp({
    network: attempt.prepared.fused,
    box: attempt.box,
    property: attempt.problem.property,
    rows: attempt.openRows,
    bounds: attempt.bounds,
    replay: attempt.replay,
    starts: attempt.points,
    pool: attempt.context.pool,
    seconds: left(),
    signal,
    progress: ({ lowerBound, incumbent, nodes }) => {
      attempt.domains = before + nodes
      if (incumbent !== null) attempt.upperBound = Math.min(incumbent, attempt.upperBound ?? Infinity)
      attempt.progress('milp', null, wholeBound(attempt, lowerBound))
    },
  })
  attempt.domains = before + report.nodes
  attempt.raiseFloor(wholeBound(attempt, report.lowerBound))
  attempt.add('milpNodes', report.nodes)
  attempt.detail.milpBinaries = report.binaries
  return conclude(attempt, report)
}

async function tighten(attempt: Attempt, seconds: number, signal: AbortSignal): Promise<void> {
  if (!attempt.bounds) return
  const { fused: network } = attempt.prepared
  const started = performance.now()
  const result = await tightenBounds(
    { network, box: attempt.box, bounds: attempt.bounds },
    attempt.context.pool,
    { seconds, secondsEach: TIGHTEN_SECONDS_EACH, integer: false },
    signal,
  )
  attempt.bounds = result.bounds
  attempt.add('tightenSeconds', (performance.now() - started) / 1000)
  attempt.add('tightenFixed', result.fixed)
}

/** A bound of the open rows as a bound of the whole property: rows proved before may be lower. */
function wholeBound(attempt: Attempt, lowerBound: number): number {
  if (attempt.problem.property.kind === 'any-positive') return lowerBound
  return attempt.rowLower.reduce((low, value) => (value > 0 ? Math.min(low, value) : low), lowerBound)
}

function conclude(attempt: Attempt, report: MilpReport): Decision | null {
  if (report.witness) return { verdict: 'falsified', witness: report.witness }
  if (report.status === 'verified') {
    if (attempt.problem.property.kind === 'all-positive')
      attempt.raise(attempt.openRows, new Float64Array(attempt.openRows.length).fill(report.lowerBound))
    return { verdict: 'verified', evidence: 'solver' }
  }
  attempt.reason =
    report.status === 'gap'
      ? 'the minimum is within the tolerance of the solver of 0'
      : 'the solver did not finish in its time'
  return null
}
