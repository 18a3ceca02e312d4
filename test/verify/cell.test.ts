// Linear programmes of single cells: exact, certified by their duals, and tighter bounds at the root.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { intervalBounds } from '../../core/bounds/interval.ts'
import { fuseBatchNorm } from '../../core/nn/fuse.ts'
import { activationNodes, evaluateNodes64 } from '../../core/nn/index.ts'
import { solveCellLp } from '../../core/verify/milp/cell.ts'
import { certifiedBound } from '../../core/verify/milp/certified-bound.ts'
import { SolverPool } from '../../core/verify/milp/solver-pool.ts'
import type { SparseModel } from '../../core/verify/milp/sparse-model.ts'
import { tightenBounds } from '../../core/verify/milp/tighten.ts'
import { denseLayer, mlp, row, vee } from './known-networks.ts'
import { exactMinimum, loadOracleSolver, type Solver } from './oracle.ts'
import { differenceRow, networkCase } from './random-networks.ts'

const pool = new SolverPool(2)
const idle = new AbortController().signal
let oracle: Solver
beforeAll(async () => {
  oracle = await loadOracleSolver()
})
afterAll(() => pool.close())

const interval = { lower: Float64Array.of(-1), upper: Float64Array.of(1) }

describe('solveCellLp', () => {
  const cell = (first: number, second: number) => {
    const bounds = intervalBounds(vee, interval).preActivations
    const phases = new Map([['fc0', Int8Array.of(first, second)]])
    return solveCellLp(pool, { network: vee, box: interval, bounds, phases, rows: row(1, 0), row: 0 }, 5, idle)
  }

  it('finds the exact minimum 0 of each half of |x|/2, certified', async () => {
    for (const [a, b] of [[1, -1], [-1, 1]] as const) {
      const { bound, certified, point } = await cell(a, b)
      expect(certified).toBe(true)
      expect(bound).toBeLessThanOrEqual(0)
      expect(bound).toBeGreaterThan(-1e-9)
      expect(point?.[0]).toBeCloseTo(0, 9)
    } // prettier-ignore
  })

  it('relaxes neurons that are not split to their triangles: min −relu is −1/2 there', async () => {
    expect((await cell(0, 0)).bound).toBeLessThanOrEqual(0)
  })

  it('proves an empty cell by a ray (spec E.1.11)', async () => {
    const shifted = mlp('shifted', denseLayer([[1]], [2]), denseLayer([[1]], [0]))
    const bounds = new Map([['fc0', { lower: Float64Array.of(-5), upper: Float64Array.of(5) }]])
    const phases = new Map([['fc0', Int8Array.of(-1)]])
    const result = await solveCellLp(
      pool,
      { network: shifted, box: interval, bounds, phases, rows: row(1, 0), row: 0 },
      5,
      idle,
    )
    expect(result).toEqual({ bound: Infinity, certified: true, point: null })
  })

  it('over all cells of a random network gives the brute-force minimum', async () => {
    await fc.assert(
      fc.asyncProperty(networkCase, async ({ network, box }) => {
        const fused = fuseBatchNorm(network)
        const bounds = intervalBounds(fused, box).preActivations
        const exact = exactMinimum(oracle, network, box, differenceRow())
        // The cell of one random point: its LP minimum is at most the point's value and at least the global minimum.
        const x = box.lower.map((low, i) => low + 0.3 * (box.upper[i] - low))
        const values = evaluateNodes64(fused, x)
        const phases = new Map(
          activationNodes(fused).map(({ node, preActivationNode }) => [
            preActivationNode,
            Int8Array.from(values.get(preActivationNode) ?? [], (z, i) =>
              node.layer.kind === 'graftedRelu' && node.layer.mask.data[i] === 1 ? 0 : z >= 0 ? 1 : -1,
            ),
          ]),
        )
        const result = await solveCellLp(
          pool,
          { network: fused, box, bounds, phases, rows: differenceRow(), row: 0 },
          5,
          idle,
        )
        const output = values.get(fused.output) ?? new Float64Array(3)
        expect(result.certified).toBe(true)
        expect(result.bound).toBeLessThanOrEqual(output[0] - output[1] + 1e-12)
        expect(result.bound).toBeGreaterThan(exact - 1e-6)
      }),
      { numRuns: 20 },
    )
  })
})

describe('certifiedBound', () => {
  // minimise x + y subject to x + 2y ≥ 2, x, y in [0, 3]: optimum 1 at (0, 1), dual 1/2.
  const model: SparseModel = {
    columns: 2,
    rows: 1,
    cost: Float64Array.of(1, 1),
    offset: 0,
    lower: Float64Array.of(0, 0),
    upper: Float64Array.of(3, 3),
    integer: Uint8Array.of(0, 0),
    rowLower: Float64Array.of(2),
    rowUpper: Float64Array.of(Infinity),
    starts: Int32Array.of(0, 2),
    indices: Int32Array.of(0, 1),
    values: Float64Array.of(1, 2),
  }

  it('is the optimum for optimal duals, rounded down', () => {
    const bound = certifiedBound(model, Float64Array.of(0.5))
    expect(bound).toBeLessThanOrEqual(1)
    expect(bound).toBeGreaterThan(1 - 1e-14)
  })

  it('is valid for any multipliers whatever', () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true }), (y) => {
        expect(certifiedBound(model, Float64Array.of(y))).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('ignores multipliers of infinite bounds and refuses unbounded columns', () => {
    expect(certifiedBound(model, Float64Array.of(-5))).toBeLessThanOrEqual(0)
    expect(certifiedBound({ ...model, upper: Float64Array.of(3, Infinity) }, Float64Array.of(0))).toBe(-Infinity)
  })
})

describe('tightenBounds', () => {
  it.each([false, true])('holds every sampled pre-activation and never loosens (MILP: %s)', async (integer) => {
    await fc.assert(
      fc.asyncProperty(networkCase, async ({ network: original, box }) => {
        const network = fuseBatchNorm(original)
        const bounds = intervalBounds(network, box).preActivations
        const options = { seconds: 10, secondsEach: 2, integer }
        const tight = await tightenBounds({ network, box, bounds }, pool, options, idle)
        for (let sample = 0; sample < 50; sample++) {
          const x = box.lower.map((low, i) => low + (((sample * 37 + i * 61) % 50) / 49) * (box.upper[i] - low))
          const values = evaluateNodes64(network, x)
          for (const [source, { lower, upper }] of tight.bounds) {
            const z = values.get(source) ?? new Float64Array()
            z.forEach((value, i) => {
              expect(value).toBeGreaterThanOrEqual(lower[i] - (integer ? 1e-6 : 1e-12))
              expect(value).toBeLessThanOrEqual(upper[i] + (integer ? 1e-6 : 1e-12))
              expect(lower[i]).toBeGreaterThanOrEqual((bounds.get(source)?.lower[i] ?? 0) - 1e-9)
            })
          }
        }
      }),
      { numRuns: 8 },
    )
  })

  it('finds what intervals cannot: relu(x) + relu(−x) − 0.9 is at most .1 on [−1, 1]', async () => {
    const network = mlp('gap', denseLayer([[1], [-1]], [0, 0]), denseLayer([[1, 1]], [-0.9]), denseLayer([[1]], [0]))
    const bounds = intervalBounds(network, interval).preActivations
    const tight = await tightenBounds(
      { network, box: interval, bounds },
      pool,
      { seconds: 5, secondsEach: 1, integer: true },
      idle,
    )
    expect(bounds.get('fc1')?.upper[0]).toBeCloseTo(1.1, 9)
    expect(tight.bounds.get('fc1')?.upper[0]).toBeCloseTo(0.1, 5)
    expect(tight.visited).toBe(1)
  })
})
