// Counterexamples near the centre: found by attacks on smaller and smaller balls, then drawn in along a line.
import { evaluate64 } from '../../nn/index.ts'
import type { Witness } from '../outcome.ts'
import { robustness, type Problem, type RobustnessArgs, type Verifier } from '../problem.ts'
import { propertyValue, Replay } from '../replay.ts'
import { rowValues } from '../rows.ts'

/** Halvings of a segment between centre and counterexample. */
const LINE_STEPS = 30
/** The next ball attacked, as a share of the distance reached: large steps until one fails, then small ones. */
const SHRINKINGS = [0.5, 0.8, 0.95]
/** For one attack, in seconds. */
const ATTACK_SECONDS = 2

/** The question at a radius; whatever is done with it, the centre is the image. */
export type Question = Omit<RobustnessArgs, 'epsilon'>

export interface NearestTask {
  readonly question: Question
  readonly maximum: number
  readonly attack: Verifier
  readonly seconds: number
  readonly signal: AbortSignal
}

/** The nearest counterexample within `maximum` that attacks find in the time; null where they find none. */
export async function nearestWitness(task: NearestTask): Promise<Witness | null> {
  const deadline = performance.now() + task.seconds * 1000
  const attack = async (epsilon: number): Promise<Witness | null> => {
    const seconds = Math.min(ATTACK_SECONDS, (deadline - performance.now()) / 1000)
    if (seconds <= 0 || task.signal.aborted) return null
    const problem = robustness({ ...task.question, epsilon })
    const { witness } = await task.attack.verify(problem, { seconds }, task.signal, () => undefined)
    return witness && drawIn(problem, witness)
  }
  let best = await attack(task.maximum)
  for (const share of SHRINKINGS)
    for (let next = best; best && next; next = await attack(best.linf * share)) best = next
  return best
}

/** The nearest point of the segment from the centre to a counterexample that still replays; never farther than it. */
export function drawIn(problem: Problem, witness: Witness): Witness {
  const { centre } = problem
  if (!centre) return witness
  const replay = new Replay(problem)
  let best = witness
  let low = 0
  let high = 1
  for (let step = 0; step < LINE_STEPS; step++) {
    const share = (low + high) / 2
    const point = between(centre, witness.input, share)
    const values = rowValues(problem.property.rows, evaluate64(problem.network, point))
    const accepted = propertyValue(problem, values) < 0 ? replay.accept(point) : null
    if (accepted && accepted.linf <= best.linf) best = accepted
    if (accepted) high = share
    else low = share
  }
  return best
}

function between(centre: Float64Array, point: Float64Array, share: number): Float64Array {
  return centre.map((value, i) => value + share * (point[i] - value))
}
