// No bound is ever above a value the network takes, for every kind of layer; tighter methods are not looser (spec E.2).
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBounder } from '../../core/bounds/bounder.ts'
import type { PreActivationBounds } from '../../core/bounds/box.ts'
import { intervalBounds } from '../../core/bounds/interval.ts'
import { intervalRows } from '../../core/bounds/interval-rows.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { activationNodes, evaluateNodes64, type Network } from '../../core/nn/index.ts'
import { kinds, randomBox, randomNetwork, randomRows, samples } from './networks.ts'

let engine: Engine
beforeAll(async () => (engine = await openEngine({ threads: 1 })))
afterAll(() => engine.dispose())

const ascent = { iterations: 10, rate: 0.2, decay: 0.98 }
const seeds = fc.integer({ min: 0, max: 1e6 })
const radii = fc.constantFrom(0, 1e-3, 0.05, 0.3, 1, 5)

function requireInside(network: Network, bounds: PreActivationBounds, values: ReadonlyMap<string, Float64Array>): void {
  for (const { preActivationNode: source } of activationNodes(network)) {
    const { lower, upper } = bounds.get(source) ?? { lower: [], upper: [] }
    values.get(source)?.forEach((z, i) => {
      expect(z).toBeGreaterThanOrEqual(lower[i])
      expect(z).toBeLessThanOrEqual(upper[i])
    })
  }
}

describe.each(kinds)('%s networks', (kind) => {
  it('are inside their interval, CROWN and α-CROWN bounds, and each is the tighter', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, radii, async (seed, radius) => {
        const network = randomNetwork(kind, seed)
        const box = randomBox(network, seed + 1, radius)
        const rows = randomRows(3, 2, seed + 2)
        const bounder = createBounder(engine, network)
        const interval = intervalBounds(network, box).preActivations
        const crown = await bounder.preActivations(box)
        const alpha = await bounder.preActivations(box, { ascent, known: crown })
        const lowers = [
          intervalRows(network, box, rows).lower,
          (await bounder.outputs(box, rows, crown)).lower,
          (await bounder.outputs(box, rows, crown, ascent)).lower,
          (await bounder.outputs(box, rows, alpha, ascent)).lower,
        ]
        for (const point of samples(box, 40, seed + 3)) {
          const values = evaluateNodes64(network, point)
          for (const bounds of [interval, crown, alpha]) requireInside(network, bounds, values)
          const output = values.get(network.output) ?? new Float64Array()
          for (let r = 0; r < rows.rows; r++) {
            const value = output.reduce((sum, y, o) => sum + rows.coefficients[2 * r + o] * y, rows.offsets[r])
            for (const lower of lowers) expect(lower[r]).toBeLessThanOrEqual(value + 1e-12 * Math.abs(value))
          }
        }
        for (let r = 0; r < rows.rows; r++) {
          const slack = 1e-4 * (1 + Math.abs(lowers[1][r]))
          expect(lowers[1][r]).toBeGreaterThanOrEqual(lowers[0][r] - slack)
          expect(lowers[2][r]).toBeGreaterThanOrEqual(lowers[1][r] - slack)
        }
      }),
      { numRuns: 4 },
    )
  })

  it('have bounds that fall as the box grows', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const network = randomNetwork(kind, seed)
        const rows = randomRows(2, 2, seed + 2)
        const bounder = createBounder(engine, network)
        let before: ArrayLike<number> = [Infinity, Infinity]
        for (const radius of [0, 0.02, 0.1, 0.5]) {
          const box = randomBox(network, seed + 1, radius)
          const { lower } = await bounder.outputs(box, rows, intervalBounds(network, box).preActivations, ascent)
          lower.forEach((value, r) => expect(value).toBeLessThanOrEqual(before[r] + 0.02 * (1 + Math.abs(value))))
          before = lower
        }
      }),
      { numRuns: 2 },
    )
  })
})
