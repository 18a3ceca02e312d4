// Proofs without anything recorded: leaves are split further and settled by the duals of their linear programme, or nothing is claimed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkProof } from '../../core/certify/check.ts'
import { prepareGraph } from '../../core/certify/graph.ts'
import { Pace } from '../../core/certify/pace.ts'
import { toErrorData } from '../../core/contract/errors.ts'
import { fuseBatchNorm } from '../../core/nn/index.ts'
import { SolverPool } from '../../core/verify/milp/solver-pool.ts'
import type { Problem } from '../../core/verify/problem.ts'
import { CellMultipliers } from '../../core/verify/proof/cell-multipliers.ts'
import { certify, type Certified } from '../../core/verify/proof/certify.ts'
import { ProofRecorder } from '../../core/verify/proof/recorder.ts'
import { exactMinimum, loadOracleSolver, type Solver } from '../verify/oracle.ts'
import { differenceRow, families, randomBox, randomNetwork } from '../verify/random-networks.ts'

let oracle: Solver
const pool = new SolverPool(1)
beforeAll(async () => {
  oracle = await loadOracleSolver()
})
afterAll(() => pool.close())

async function attempt(problem: Problem): Promise<Certified | string> {
  try {
    return await certify({
      problem,
      graph: prepareGraph(problem.network),
      fused: fuseBatchNorm(problem.network),
      recorder: new ProofRecorder(2 ** 29),
      solver: new CellMultipliers(pool, new AbortController().signal),
      pace: {},
    })
  } catch (thrown) {
    return toErrorData(thrown).code
  }
}

describe.each(['all-positive', 'any-positive'] as const)('from nothing (%s)', (kind) => {
  it.each(families)('what is true is proved, what is false is not (%s)', async (family) => {
    let repaired = 0
    for (let seed = 0; seed < 2; seed++) {
      const network = randomNetwork(family, seed)
      const box = randomBox(network, seed, 0.7)
      const exact = exactMinimum(oracle, network, box, differenceRow())
      for (const gap of [1e-3, -1e-3]) {
        const problem: Problem = { network, box, property: { kind, rows: differenceRow(gap - exact) } }
        const found = await attempt(problem)
        if (gap < 0) {
          expect(found).toBe('certificate/unproved')
          continue
        }
        if (typeof found === 'string') throw new Error(`seed ${seed}: ${found}`)
        repaired += found.repaired
        const { lowerBound } = await checkProof(prepareGraph(network), problem, found.proof, new Pace())
        expect(lowerBound).toBeGreaterThan(0)
        expect(lowerBound).toBeLessThanOrEqual(gap + 1e-6)
      }
    }
    expect(repaired).toBeGreaterThan(0)
  })
})
