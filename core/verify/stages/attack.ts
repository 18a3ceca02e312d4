// The attack stage: projected gradient descent, decided by replay alone.
import { searchAttack, type AttackOptions } from '../attack/search.ts'
import type { Stage } from './stage.ts'

/** `ofElapsed`: the attack ends after this multiple of the time that went before it, if that is less than its share. */
export function attackStage(options: AttackOptions, label = 'attack', share = 1, ofElapsed = Infinity): Stage {
  return {
    method: 'attack',
    label,
    share,
    async run(attempt, seconds, signal) {
      const { context, prepared, problem, replay } = attempt
      const limit = Math.min(seconds, ofElapsed * attempt.seconds)
      const task = { engine: context.engine, network: prepared.fused, problem, replay, seconds: limit, signal }
      const { witness, best, bestValue, evaluations } = await searchAttack(task, options)
      attempt.add('attackEvaluations', evaluations)
      attempt.points.push(Float64Array.from(best))
      if (Number.isFinite(bestValue)) attempt.upperBound = Math.min(bestValue, attempt.upperBound ?? Infinity)
      attempt.progress('attack')
      attempt.reason = 'the attack found no counterexample'
      return witness ? { verdict: 'falsified', witness } : null
    },
  }
}
