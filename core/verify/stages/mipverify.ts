// MIPVerify's method: bounds tightened progressively, interval, LP, MILP, then one model for all classes (spec C.9).
import { intervalBounds } from '../../bounds/interval.ts'
import type { Attempt, Decision } from '../attempt.ts'
import { boundRows } from '../milp/bound-rows.ts'
import { tightenBounds } from '../milp/tighten.ts'
import { solveMilp } from './milp.ts'
import { withSolver } from './solver-stage.ts'
import type { Stage } from './stage.ts'

/** MIPVerify's limit for one bound, in seconds. */
const SECONDS_EACH = 20
/** Share of the stage's time for tightening: what is left must be enough to answer. */
const TIGHTEN_SHARE = 0.5

export function mipVerifyStage(): Stage {
  return {
    method: 'mipverify',
    label: 'mipverify',
    share: 1,
    run: (attempt, seconds, signal) =>
      withSolver(attempt, async () => {
        const started = performance.now()
        await tightenProgressively(attempt, seconds * TIGHTEN_SHARE, signal)
        const left = (): number => seconds - (performance.now() - started) / 1000
        return (await settleRows(attempt, left(), signal)) ?? (await solveMilp(attempt, 'mipverify', left(), signal))
      }),
  }
}

/** Every unstable neuron, layer by layer; the bounds of earlier layers feed the models of later ones. */
async function tightenProgressively(attempt: Attempt, seconds: number, signal: AbortSignal): Promise<void> {
  const { fused: network } = attempt.prepared
  const started = performance.now()
  const result = await tightenBounds(
    {
      network,
      box: attempt.box,
      bounds: intervalBounds(network, attempt.box, attempt.bounds ?? undefined).preActivations,
    },
    attempt.context.pool,
    { seconds, secondsEach: Math.min(SECONDS_EACH, seconds / 4), integer: true, progressive: true },
    signal,
  )
  attempt.bounds = result.bounds
  attempt.bySolver = true
  attempt.add('tightenSeconds', (performance.now() - started) / 1000)
  attempt.add('tightenFixed', result.fixed)
  attempt.progress('mipverify')
}

/** Classes that the linear relaxation rules out are left out of the model (all rows of a targeted question stay). */
async function settleRows(attempt: Attempt, seconds: number, signal: AbortSignal): Promise<Decision | null> {
  const { bounds, box, openRows, problem, prepared, context } = attempt
  if (!bounds || seconds <= 0) return null
  const task = { network: prepared.fused, box, bounds, property: problem.property }
  attempt.raise(openRows, await boundRows(task, openRows, context.pool, seconds, signal))
  return attempt.proved ? { verdict: 'verified', evidence: 'solver' } : null
}
