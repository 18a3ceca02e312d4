// The first look: is the input the box was built around itself a counterexample (a misclassified image)?
import type { Stage } from './stage.ts'

/** Replays the centre; `detail.misclassified` is 1 where it decides. */
export function predictStage(): Stage {
  return {
    method: 'attack',
    label: 'predict',
    share: 1,
    run: (attempt) => {
      const { box, centre } = attempt.problem
      const point = centre ?? box.lower.map((lower, i) => (lower + box.upper[i]) / 2)
      const witness = attempt.replay.accept(point)
      if (!witness) return Promise.resolve(null)
      if (centre) attempt.detail.misclassified = 1
      return Promise.resolve({ verdict: 'falsified', witness })
    },
  }
}
