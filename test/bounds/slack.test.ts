// The slack taken off float32 bounds against the rounding it stands for: the same bound in float32 and float64.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createBounder } from '../../core/bounds/bounder.ts'
import { intervalBounds } from '../../core/bounds/interval.ts'
import { plainCrown } from '../../core/bounds/row-ascent.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { buildArchitecture } from '../../core/nn/index.ts'
import { kinds, randomBox, randomNetwork, randomRows } from './networks.ts'

/** Float64 engines have nothing else. */
const inFloat32 = { ...plainCrown, lastPass: 'float32' as const }

let single: Engine
let double: Engine
beforeAll(async () => {
  single = await openEngine({ threads: 1 })
  double = await openEngine({ threads: 1, precision: 'float64' })
})
afterAll(async () => {
  await single.dispose()
  await double.dispose()
})

it('covers the difference between float32 and float64 several times over', async () => {
  const networks = [
    ...kinds.map((kind) => randomNetwork(kind, 3)),
    buildArchitecture('convSmall', [1, 28, 28], 1),
    buildArchitecture('resnet4b', [3, 32, 32], 1),
  ]
  let used = 0
  for (const network of networks) {
    const box = randomBox(network, 4, 0.05)
    const outputs = network.nodes[network.nodes.length - 1].shape[0]
    const rows = randomRows(4, outputs, 5)
    const bounds = intervalBounds(network, box).preActivations
    const [a, b] = await Promise.all(
      [single, double].map(
        async (engine) => (await createBounder(engine, network).outputs(box, rows, bounds, inFloat32)).crown,
      ),
    )
    for (let r = 0; r < rows.rows; r++) {
      const exact = b.lower[r] + b.slack[r]
      used = Math.max(used, Math.abs(a.lower[r] + a.slack[r] - exact) / a.slack[r])
      expect(a.lower[r]).toBeLessThanOrEqual(exact)
    }
  }
  expect(used).toBeLessThan(0.25)
}, 60_000)
