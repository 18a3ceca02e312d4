// Float32 bounds of networks in which everything cancels: slack must be counted before the cancellation, not after it.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createBounder } from '../../core/bounds/bounder.ts'
import type { Box } from '../../core/bounds/box.ts'
import { plainCrown } from '../../core/bounds/row-ascent.ts'
import { SeededRandom } from '../../core/data/random.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { createNetwork, evaluate64, type Layer, type Network } from '../../core/nn/index.ts'
import { dense, relu, row } from './networks.ts'

let engine: Engine
beforeAll(async () => (engine = await openEngine({ threads: 1 })))
afterAll(() => engine.dispose())

const unitBox: Box = { lower: Float64Array.of(0.5), upper: Float64Array.of(1) }
const chain = (layers: Layer[]): Network =>
  createNetwork({ name: 'cancelling', inputShape: [1], nodes: layers.map((layer, i) => ({ id: `n${i}`, layer })) })

/** Σ v_i relu(w_i x) with positive w_i, in pairs with v_i w_i + v_j w_j ≈ 0: linear on the box, so its ends are its extremes. */
function cancelling(seed: number): Network {
  const random = new SeededRandom(seed)
  const scale = 10 ** (1 + 3 * random.uniform())
  const pick = (): number => Math.fround(scale * (1 + random.uniform()))
  const pairs = Array.from({ length: 4 }, () => {
    const [w, v] = [pick(), pick()]
    const twin = Math.fround(w * (1 + 1e-5 * random.normal()))
    return { w, twin, v, opposite: Math.fround((-w * v) / twin) }
  })
  const first = pairs.flatMap(({ w, twin }) => [[w], [twin]])
  const second = pairs.flatMap(({ v, opposite }) => [v, opposite])
  return chain([
    dense(first, first.map(() => 0)), // prettier-ignore
    relu,
    dense([second, second.map((value) => -value)], [0, 0]),
    dense([[1, -1]], [0]),
  ])
}

const ascent = { iterations: 10, rate: 0.1, decay: 0.98 }
const inFloat32 = { lastPass: 'float32' } as const

it.each([plainCrown, ascent, { ...plainCrown, ...inFloat32 }, { ...ascent, ...inFloat32 }])(
  'stay below the true minimum where products cancel to a part in a million (%o)',
  async (ascent) => {
    for (let seed = 0; seed < 10; seed++) {
      const network = cancelling(seed)
      const bounder = createBounder(engine, network)
      const bounds = await bounder.preActivations(unitBox, { ascent })
      const { crown } = await bounder.outputs(unitBox, row([1]), bounds, ascent)
      const ends = [unitBox.lower, unitBox.upper].map((x) => evaluate64(network, x)[0])
      expect(crown.lower[0]).toBeLessThanOrEqual(Math.min(...ends))
    }
  },
)

it('counts weights that float32 flushes to zero: 1e-40 · 1e38 is 0.01', async () => {
  const small = dense([[1]], [0])
  const tiny = { ...small, weight: { shape: [1, 1], data: Float64Array.of(-1e-40) } } as Layer
  const network = chain([tiny, dense([[1e38]], [0]), dense([[1]], [0.008])])
  const bounder = createBounder(engine, network)
  const { crown } = await bounder.outputs(unitBox, row([1]), await bounder.preActivations(unitBox))
  expect(crown.lower[0] > 0).toBe(false)
})
