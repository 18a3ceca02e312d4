// Domains per second of branch and bound on NET1 (784-64-32-16-10, fused, seeded random weights), ε = 0.1, every row.
import { createBounder } from '../../../core/bounds/bounder.ts'
import { SeededRandom } from '../../../core/data/random.ts'
import { openEngine } from '../../../core/engine/engine.ts'
import { fuseBatchNorm } from '../../../core/nn/fuse.ts'
import { buildArchitecture, evaluate64 } from '../../../core/nn/index.ts'
import { decideByBab } from '../../../core/verify/bab/decide.ts'
import { defaultSettings } from '../../../core/verify/bab/settings.ts'
import { robustness } from '../../../core/verify/problem.ts'

const SECONDS = 10
const network = fuseBatchNorm(buildArchitecture('net1', [784], 1))
const random = new SeededRandom(2)
const image = Float64Array.from({ length: 784 }, () => random.uniform())
const logits = evaluate64(network, image)
const label = logits.indexOf(Math.max(...logits))
const { box, property } = robustness({ network, image, label, epsilon: 0.1, clip: true })

for (const threads of [1, 2]) {
  const engine = await openEngine({ threads })
  const bounder = createBounder(engine, network)
  const bounds = await bounder.preActivations(box)
  for (const sizes of [[64], [256], [512], [1024]]) {
    const started = performance.now()
    const { statistics } = await decideByBab({
      engine,
      bounder,
      box,
      property,
      openRows: Array.from({ length: 9 }, (_, row) => row),
      bounds,
      seconds: SECONDS,
      signal: new AbortController().signal,
      settings: { ...defaultSettings, sizes, tighten: [] },
      accept: () => null,
      progress: () => undefined,
    })
    const rate = statistics.domains / ((performance.now() - started) / 1000)
    process.stdout.write(`NET1, batches of ${sizes[0]}, ${threads} threads: ${rate.toFixed(0)} domains/s\n`)
  }
  await engine.dispose()
}
