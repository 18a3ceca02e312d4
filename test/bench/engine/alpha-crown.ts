// α-CROWN iteration (bound and gradient) on an MLP 784-256×4-10, for 8, 64 and 512 domains, on one and two threads.
// The spike measured 0.48 / 0.36, 1.7 / 1.2 and 12.4 / 7.9 ms on a quiet machine.
import { openEngine } from '../../../core/engine/engine.ts'
import { alphaCrown, alphaCrownInputs, alphaCrownWeights } from '../../engine/programs/alpha-crown.ts'
import { printed, timed } from './timing.ts'

const layers = [784, 256, 256, 256, 256, 10]
const weights = alphaCrownWeights(layers)

for (const threads of [1, 2]) {
  const engine = await openEngine({ threads })
  for (const domains of [8, 64, 512]) {
    const start = performance.now()
    const program = await engine.compile(alphaCrown({ layers, domains }, weights))
    const compiled = performance.now() - start
    const timing = await timed(program, alphaCrownInputs({ layers, domains }), domains > 100 ? 30 : 200)
    printed(`α-CROWN, ${domains} domains, ${threads} threads`, timing, compiled)
  }
  await engine.dispose()
}
