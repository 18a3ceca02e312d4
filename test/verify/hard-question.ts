// A network, and a question about it, that no complete verifier answers in seconds: for time limits, cancelling and resuming.
import type { Box } from '../../core/bounds/box.ts'
import { SeededRandom } from '../../core/data/random.ts'
import { evaluate64, type Network } from '../../core/nn/index.ts'
import type { Problem } from '../../core/verify/problem.ts'
import { mlp, row } from './known-networks.ts'
import { dense, randomBox } from './random-networks.ts'

/** 40 inputs, 180 neurons, nearly all unstable. */
export function hardNetwork(random: SeededRandom): { network: Network; box: Box } {
  const network = mlp('hard', dense(random, 60, 40), dense(random, 60, 60), dense(random, 60, 60), dense(random, 1, 60))
  return { network, box: randomBox(network, 1, 1) }
}

/** The centre is no counterexample. */
export function hardQuestion(): Problem {
  const { network, box } = hardNetwork(new SeededRandom(5))
  const centre = box.lower.map((low) => low + 1)
  const value = evaluate64(network, centre)[0]
  return { network, box, property: { kind: 'all-positive', rows: row(1, 3 - value) } }
}
