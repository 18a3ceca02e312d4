// The MILP encoding against brute force, its margins, tiny coefficients, time limits and interruption.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Encoding } from '../../core/verify/milp/encode.ts'
import { decideByMilp, encodeRow } from '../../core/verify/milp/decide.ts'
import { SolverPool } from '../../core/verify/milp/solver-pool.ts'
import { fuseBatchNorm } from '../../core/nn/fuse.ts'
import { intervalBounds } from '../../core/bounds/interval.ts'
import { differenceRow, networkCase } from './random-networks.ts'
import { exactMinimum, loadOracleSolver, type Solver } from './oracle.ts'

const pool = new SolverPool(2)
const idle = new AbortController().signal
let oracle: Solver
beforeAll(async () => {
  oracle = await loadOracleSolver()
})
afterAll(() => pool.close())

describe('the MILP of a network', () => {
  it('has the minimum that brute force finds', async () => {
    await fc.assert(
      fc.asyncProperty(networkCase, async ({ network, box }) => {
        const rows = differenceRow()
        const exact = exactMinimum(oracle, network, box, rows)
        const fused = fuseBatchNorm(network)
        const bounds = intervalBounds(fused, box).preActivations
        const { encoding, objective } = encodeRow(
          { network: fused, box, bounds, property: { kind: 'all-positive', rows } },
          0,
        )
        const result = await pool.solve(encoding.builder.build(objective), { seconds: 20 }, idle)
        expect(result.status).toBe('optimal')
        expect(result.objective).toBeCloseTo(exact, 5)
        expect(result.dualBound).toBeLessThan(exact + 1e-5)
      }),
      { numRuns: 40 },
    )
  })
})
