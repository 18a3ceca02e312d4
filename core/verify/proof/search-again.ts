// What HiGHS decided has no steps that could be checked: a branch and bound of our own looks for a proof of the same claim.
import { Attempt } from '../attempt.ts'
import { babStage } from '../stages/bab.ts'
import { alphaCrownStage, crownStage, intervalStage } from '../stages/bounds.ts'
import { inputSplitStage } from '../stages/input-split.ts'
import { runStage } from '../stages/stage.ts'
import { ProofRecorder } from './recorder.ts'

/**
 * A search that verified the problem and wrote down how, without anything that rests on HiGHS' word; null where there is
 * none until `deadline` (on the clock of `performance.now`). A counterexample that it meets is left among the attempt's points.
 */
export async function searchAgain(attempt: Attempt, deadline: number): Promise<Attempt | null> {
  const { context, problem, budget, signal } = attempt
  const recorder = new ProofRecorder(context.memory.proof)
  const search = new Attempt(context, { ...problem, known: undefined }, budget, signal, () => undefined, recorder)
  try {
    for (const stage of [intervalStage(), crownStage(), inputSplitStage(0.5), alphaCrownStage(0.06), babStage()]) {
      const left = (deadline - performance.now()) / 1000
      if (left <= 0 || signal.aborted) return null
      const decision = await runStage(stage, search, left * stage.share)
      if (decision?.verdict === 'falsified') attempt.points.push(decision.witness.input)
      if (decision) return decision.verdict === 'verified' ? search : null
    }
    return null
  } finally {
    attempt.add('proofSearchSeconds', search.seconds)
  }
}
