// Memory and time of CROWN on large networks: `node memory.ts convBig 1` bounds a CIFAR ConvBig with every neuron unstable.
import { createBounder } from '../../../core/bounds/bounder.ts'
import { openEngine } from '../../../core/engine/engine.ts'
import { buildArchitecture, fuseBatchNorm, type ArchitectureName } from '../../../core/nn/index.ts'

const [name = 'convBig', epsilon = '1'] = process.argv.slice(2)
const INPUTS = 3 * 32 * 32

const network = fuseBatchNorm(buildArchitecture(name as ArchitectureName, [3, 32, 32], 1))
const engine = await openEngine({ provider: 'cpu', threads: 1 })
const image = Float64Array.from({ length: INPUTS }, (_, i) => ((i * 7919) % 256) / 255)
const box = {
  lower: image.map((x) => Math.max(0, x - Number(epsilon))),
  upper: image.map((x) => Math.min(1, x + Number(epsilon))),
}
const started = performance.now()
const bounds = await createBounder(engine, network).preActivations(box)
let unstable = 0
let neurons = 0
for (const { lower, upper } of bounds.values()) {
  neurons += lower.length
  lower.forEach((low, i) => (unstable += low < 0 && upper[i] > 0 ? 1 : 0))
}
const seconds = (performance.now() - started) / 1000
const { maxRSS, userCPUTime } = process.resourceUsage()
process.stdout.write(
  `${name}, ε ${epsilon}: ${unstable} of ${neurons} unstable, ${seconds.toFixed(1)} s, ${(userCPUTime / 1e6).toFixed(1)} s of processor, at most ${(maxRSS / 2 ** 20).toFixed(2)} GiB\n`,
)
await engine.dispose()
