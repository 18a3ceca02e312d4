// The branch-and-bound stage: α-CROWN bounds for the neurons that are open, then the search.
import type { PreActivationBounds } from '../../bounds/box.ts'
import type { Attempt, Decision } from '../attempt.ts'
import type { CellSolver } from '../bab/cell.ts'
import { decideByBab } from '../bab/decide.ts'
import { defaultSettings, type BabSettings } from '../bab/settings.ts'
import { solveCellLp } from '../milp/cell.ts'
import { roomForDomains } from '../memory.ts'
import { NotEncodable } from '../milp/encode.ts'
import { keptSearch, type LeftSearch } from './kept-search.ts'
import { wholeBound } from './solver-stage.ts'
import type { Stage } from './stage.ts'

/** Of the stage's time, what the ascent of intermediate bounds may take at the root. */
const ROOT_SHARE = 0.06
/** For the linear programme of one cell. */
const CELL_SECONDS = 10

export function babStage(share = 1, settings: BabSettings = defaultSettings): Stage {
  return {
    method: 'bab',
    label: 'bab',
    share,
    run: (attempt, seconds, signal) => search(attempt, seconds, signal, settings),
  }
}

async function search(
  attempt: Attempt,
  seconds: number,
  signal: AbortSignal,
  settings: BabSettings,
): Promise<Decision | null> {
  const started = performance.now()
  const { bounder } = attempt.prepared
  const { left, keeper } = keptSearch(attempt, settings)
  const bounds = left ? goOn(attempt, left) : await rootBounds(attempt, settings, seconds, signal)
  const before = attempt.domains
  const report = await decideByBab({
    engine: attempt.context.engine,
    bounder,
    box: attempt.box,
    property: attempt.problem.property,
    openRows: attempt.openRows,
    bounds,
    kept: left?.state,
    keeper,
    seconds: seconds - (performance.now() - started) / 1000,
    signal,
    domains: attempt.budget.domains,
    memoryBytes: roomForDomains(attempt.context.memory),
    callBytes: attempt.context.memory.call,
    full: () => process.memoryUsage.rss() > attempt.context.memory.cap,
    settings,
    cells: cellSolver(attempt),
    recorder: attempt.recorder ?? undefined,
    accept: (point) => attempt.replay.accept(point),
    progress: ({ lowerBound, domains, open, depths }) => {
      attempt.domains = before + domains
      attempt.progress('bab', open, wholeBound(attempt, lowerBound), depths)
    },
  })
  attempt.domains = before + report.statistics.domains
  attempt.raiseFloor(wholeBound(attempt, report.lowerBound))
  attempt.add('babDomains', report.statistics.domains)
  attempt.add('babSettledByLp', report.statistics.settled)
  attempt.detail.babDeepest = report.statistics.deepest
  if (report.witness) return { verdict: 'falsified', witness: report.witness }
  if (report.status === 'verified') {
    if (attempt.problem.property.kind === 'all-positive')
      attempt.raise(attempt.openRows, new Float64Array(attempt.openRows.length).fill(report.lowerBound))
    return { verdict: 'verified', evidence: 'float32' }
  }
  attempt.reason = report.reason
  return null
}

/** α-CROWN bounds, unless a stage before has ascended them already. */
async function rootBounds(
  attempt: Attempt,
  settings: BabSettings,
  seconds: number,
  signal: AbortSignal,
): Promise<PreActivationBounds> {
  if (attempt.bounds && attempt.ascended) return attempt.bounds
  attempt.bounds = await attempt.prepared.bounder.preActivations(attempt.box, {
    ascent: { ...settings.rootNeurons, seconds: ROOT_SHARE * seconds },
    known: attempt.bounds ?? undefined,
    envelopes: true,
    signal,
    onBounded: attempt.recorder?.bounded,
  })
  attempt.ascended = true
  return attempt.bounds
}

/** Takes up a search that an earlier process began, and its proof. */
function goOn(attempt: Attempt, { state: { bounds, before, statistics }, recorder }: LeftSearch): PreActivationBounds {
  attempt.bounds = bounds
  attempt.ascended = true
  attempt.recorder &&= recorder
  attempt.detail.resumedDomains = before + statistics.domains
  return bounds
}

/** Cells by HiGHS; a network it cannot encode leaves them undecided. */
function cellSolver(attempt: Attempt): CellSolver {
  return {
    async solve(cell, signal) {
      try {
        return await solveCellLp(attempt.context.pool, cell, CELL_SECONDS, signal)
      } catch (thrown) {
        if (thrown instanceof NotEncodable) return { bound: -Infinity, point: null }
        throw thrown
      }
    },
  }
}
