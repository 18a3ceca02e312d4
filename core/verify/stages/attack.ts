// The attack stage: projected gradient descent, decided by replay alone.
import { searchAttack, type AttackOptions } from '../attack/search.ts'
import type { Stage } from './stage.ts'

export function attackStage(options: AttackOptions, label = 'attack', share = 1): Stage {
  return {
    method: 'attack',
    label,
    share,
    async run(attempt, seconds, signal) {
      const { context, prepared, problem, replay } = attempt
      const task = { engine: context.engine, network: prepared.fused, problem, replay, seconds, signal }
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
