// One question that no complete verifier answers in seconds: for time limits, cancelling and resuming.
import { SeededRandom } from '../../core/data/random.ts'
import { evaluate64 } from '../../core/nn/index.ts'
import type { Problem } from '../../core/verify/problem.ts'
import { mlp, row } from './known-networks.ts'
import { dense, randomBox } from './random-networks.ts'

/** 40 inputs, 160 neurons, nearly all unstable; the centre is no counterexample. */
export function hardQuestion(): Problem {
  const random = new SeededRandom(5)
  const network = mlp('hard', dense(random, 60, 40), dense(random, 60, 60), dense(random, 60, 60), dense(random, 1, 60))
  const box = randomBox(network, 1, 1)
  const centre = box.lower.map((low) => low + 1)
  const value = evaluate64(network, centre)[0]
  return { network, box, property: { kind: 'all-positive', rows: row(1, 3 - value) } }
}
