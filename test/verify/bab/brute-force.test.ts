// Branch and bound against brute force over all activation patterns (spec E.2): the same verdict on both sides of the exact minimum.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngine, type Engine } from '../../../core/engine/engine.ts'
import { exactMinimum } from '../../bounds/exact-minimum.ts'
import { piecewiseLinearKinds, randomBox, randomNetwork, randomRows } from '../../bounds/networks.ts'
import { SolverPool } from '../../../core/verify/milp/solver-pool.ts'
import { ask, cellSolver } from './task.ts'

let engine: Engine
const pool = new SolverPool(1)
const cells = cellSolver(pool)
beforeAll(async () => (engine = await openEngine({ threads: 1 })))
afterAll(async () => {
  await engine.dispose()
  await pool.close()
})

const seeds = fc.integer({ min: 0, max: 1e6 })

/** The property's rows moved so that the exact minimum of its value is `target`. */
function questionAt(kind: (typeof piecewiseLinearKinds)[number], seed: number, any: boolean, share: number) {
  const network = randomNetwork(kind, seed)
  const box = randomBox(network, seed + 1, 1, 2)
  const rows = randomRows(any ? 2 : 3, 2, seed + 2)
  const minimum = exactMinimum(network, box, rows, any ? 'max' : 'min')
  const scale = 1 + rows.offsets.reduce((sum, d) => sum + Math.abs(d - minimum), 0)
  const moved = { ...rows, offsets: rows.offsets.map((d) => d - minimum + share * scale) }
  const property = { kind: any ? ('any-positive' as const) : ('all-positive' as const), rows: moved }
  return { network, box, property, minimum: share * scale }
}

describe.each(piecewiseLinearKinds)('%s networks', (kind) => {
  it.each([
    ['every row', false],
    ['one row of each', true],
  ])('are decided as brute force decides them: %s positive', async (_what, any) => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.constantFrom(0.01, -0.01, 0.1, -0.1), async (seed, share) => {
        const { network, box, property, minimum } = questionAt(kind, seed, any, share)
        const report = await ask({ engine, network, box, property }, { cells })
        expect(report.status).toBe(minimum > 0 ? 'verified' : 'falsified')
        expect(report.lowerBound).toBeLessThanOrEqual(minimum + 1e-4 * (1 + Math.abs(minimum)))
        if (report.witness) expect(report.witness.margin).toBeGreaterThanOrEqual(minimum - 1e-9)
      }),
      { numRuns: 3 },
    )
  })
})
