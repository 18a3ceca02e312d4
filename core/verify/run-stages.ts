// Runs the stages of a verifier one after another within one budget and turns the result into an outcome.
import { EspalierError } from '../contract/errors.ts'
import type { CertifyMode, Evidence } from '../contract/verdict.ts'
import { Attempt, type Decision } from './attempt.ts'
import { failedOutcome, type Budget, type Outcome, type VerifierName, type VerifyProgress } from './outcome.ts'
import type { SearchKeeper } from './keeper.ts'
import type { VerifyContext } from './prepared.ts'
import type { Problem } from './problem.ts'
import { certifyDecision } from './proof/certify-decision.ts'
import { ProofRecorder } from './proof/recorder.ts'
import { requireConsistent } from './replay.ts'
import { runStage, type Stage } from './stages/stage.ts'

export interface StageRun {
  readonly name: VerifierName
  readonly context: VerifyContext
  readonly problem: Problem
  readonly budget: Budget
  readonly signal: AbortSignal
  readonly report: (progress: VerifyProgress) => void
  /** Chosen with the attempt at hand, when the run starts. */
  readonly stages: readonly Stage[]
  readonly certify: CertifyMode
  /** Whether the outcome is to hold the proof. */
  readonly keepProof: boolean
  /** Where a long search is kept; null where it is not. */
  readonly keeper: SearchKeeper | null
}

/** What breaks becomes an outcome `error`. @throws EspalierError 'verify/soundness' when a verdict contradicts a replayed point. */
export async function runStages(run: StageRun): Promise<Outcome> {
  const started = performance.now()
  try {
    return await attemptStages(run)
  } catch (thrown) {
    if (thrown instanceof EspalierError && thrown.code === 'verify/soundness') throw thrown
    return failedOutcome(run.name, (performance.now() - started) / 1000, thrown)
  }
}

async function attemptStages(run: StageRun): Promise<Outcome> {
  const { context, problem, budget, signal, report, keeper } = run
  const attempt = new Attempt(context, problem, budget, signal, report, recorderFor(run), keeper)
  const deadline = performance.now() + run.budget.seconds * 1000
  for (const stage of run.stages) {
    const left = (deadline - performance.now()) / 1000
    if (left <= 0 || run.signal.aborted) break
    const decision = await runStage(stage, attempt, left * stage.share)
    if (!decision) continue
    const method = decision.method ?? stage.method
    const certified = await certifyDecision(attempt, decision, run.certify, deadline)
    // Afterwards: whoever looks for a proof may meet a counterexample.
    requireConsistent(attempt.replay, decided(attempt, decision, method), attempt.points)
    if (!certified) return decided(attempt, decision, method)
    const { proof } = certified
    const outcome = decided(attempt, { verdict: 'verified', evidence: 'certified' }, method)
    return run.keepProof ? { ...outcome, proof } : outcome
  }
  return undecided(attempt, run, deadline)
}

function recorderFor({ certify, context }: StageRun): ProofRecorder | null {
  return certify === 'never' ? null : new ProofRecorder(context.memory.proof)
}

function decided(attempt: Attempt, decision: Decision, method: VerifierName): Outcome {
  const falsified = decision.verdict === 'falsified'
  return {
    ...figures(attempt),
    verdict: decision.verdict,
    evidence: falsified ? 'replayed' : weaker(decision.evidence, attempt),
    method,
    witness: falsified ? decision.witness : null,
  }
}

function undecided(attempt: Attempt, run: StageRun, deadline: number): Outcome {
  const cancelled = run.signal.aborted
  if (attempt.failure && !cancelled)
    return { ...failedOutcome(run.name, attempt.seconds, attempt.failure), ...figures(attempt) }
  const late = performance.now() >= deadline - 5
  return {
    ...figures(attempt),
    verdict: !cancelled && late ? 'timeout' : 'unknown',
    evidence: null,
    method: run.name,
    witness: null,
    reason: cancelled ? 'cancelled' : (attempt.reason ?? 'the time limit was reached before any method ran'),
  }
}

/** A proof in float32 from bounds that rest on HiGHS' word rests on it too. */
function weaker(evidence: Evidence, { bySolver }: Attempt): Evidence {
  return bySolver && evidence === 'float32' ? 'solver' : evidence
}

type Figures = Pick<Outcome, 'seconds' | 'lowerBound' | 'domains' | 'unstable' | 'detail' | 'learned'>

function figures(attempt: Attempt): Figures {
  const { seconds, lowerBound, domains, unstable, detail, bounds, rowLower, bySolver } = attempt
  const learned = bounds && { bounds, rowLower, bySolver }
  return { seconds, lowerBound: Number.isFinite(lowerBound) ? lowerBound : null, domains, unstable, detail, learned }
}

/** Checks a budget before anything is spent. @throws EspalierError 'recipe/invalid'. */
export function requireBudget({ seconds }: Budget): void {
  if (seconds > 0) return
  throw new EspalierError('recipe/invalid', `the time limit is ${seconds} seconds`, 'Give a positive time limit.')
}
