// Known answers and traps for branch and bound (spec E.1, E.5): the sign of β, empty cells, ties, NaN, limits.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Box } from '../../../core/bounds/box.ts'
import { DomainBounder } from '../../../core/bounds/domain-bounder.ts'
import { outputStart } from '../../../core/bounds/start.ts'
import { openEngine, type Engine } from '../../../core/engine/engine.ts'
import { createNetwork, type Layer, type Network } from '../../../core/nn/index.ts'
import { dense, parameter, randomBox, randomNetwork, randomRows, relu, row } from '../../bounds/networks.ts'
import { exactMinimum } from '../../bounds/exact-minimum.ts'
import { SolverPool } from '../../../core/verify/milp/solver-pool.ts'
import { ask, cellSolver, smallSettings } from './task.ts'

let engine: Engine
const pool = new SolverPool(1)
const cells = cellSolver(pool)
beforeAll(async () => (engine = await openEngine({ threads: 1 })))
afterAll(async () => {
  await engine.dispose()
  await pool.close()
})

const box = (lower: number[], upper: number[]): Box => ({
  lower: Float64Array.from(lower),
  upper: Float64Array.from(upper),
})
const chain = (layers: Layer[], inputs = 1): Network =>
  createNetwork({ name: 'trap', inputShape: [inputs], nodes: layers.map((layer, i) => ({ id: `n${i}`, layer })) })
const all = (rows: ReturnType<typeof row>) => ({ kind: 'all-positive' as const, rows })

/** k-fold tent map T(x) = 2 relu(x) − 4 relu(x − 1/2): values in [0, 1], 2^k pieces. */
function tent(folds: number): Network {
  const first = dense([[1], [1]], [0, -0.5])
  const fold = dense([[2, -4], [2, -4]], [0, -0.5]) // prettier-ignore
  const layers: Layer[] = [first, relu]
  for (let k = 1; k < folds; k++) layers.push(fold, relu)
  return chain([...layers, dense([[2, -4]], [0])])
}

describe('β', () => {
  it('has the right sign: relu(x) − x/2 on [−1,1] split at zero has both children at 0, without β at −1/2', async () => {
    const network = chain([dense([[1], [1], [-1]], [0, 0, 0]), relu, dense([[0.5, 0, 0.5]], [0])]) // = |x|/2
    const rows = row([1])
    const area = box([-1], [1])
    const domains = new DomainBounder(engine, network, outputStart(network, rows), area, [2])
    const bounded = async (beta: number): Promise<number[]> => {
      const batch = domains.batch(2, 1)
      batch.count = 2
      for (let i = 0; i < 2; i++) {
        batch.lower.set([-1, -1, -1], 3 * i)
        batch.upper.set([1, 1, 1], 3 * i)
        batch.split(i, 0, i === 0 ? 1 : -1, beta)
      }
      batch.mix.fill(1)
      return Array.from(await domains.crown(batch))
    }
    const without = await bounded(0)
    expect(without[0]).toBeCloseTo(-0.5, 5)
    const settings = { iterations: 60, rate: 0.1, betaRate: 1, decay: 0.93, mixRate: 0 }
    const batch = domains.batch(2, 1)
    batch.count = 2
    batch.lower.fill(-1)
    batch.upper.fill(1)
    batch.split(0, 0, 1, 0)
    batch.split(1, 0, -1, 0)
    batch.mix.fill(1)
    const { bound, beta } = await domains.ascend(batch, settings)
    expect(bound[0]).toBeCloseTo(0, 2)
    expect(bound[1]).toBeCloseTo(0, 2)
    expect(beta[0]).toBeGreaterThan(0)
  })

  it('lets the bound of an empty cell rise without limit: z = x + 2 on [−1,1] forced to z ≤ 0', async () => {
    const network = chain([dense([[1]], [2]), relu, dense([[1]], [-5])])
    const domains = new DomainBounder(engine, network, outputStart(network, row([1])), box([-1], [1]), [1])
    const batch = domains.batch(1, 1)
    batch.count = 1
    batch.lower[0] = -1
    batch.upper[0] = 3
    batch.split(0, 0, -1, 0)
    batch.mix[0] = 1
    const bounds: number[] = []
    for (let round = 0; round < 3; round++) {
      const { bound, beta } = await domains.ascend(batch, {
        iterations: 20,
        rate: 1,
        betaRate: 1,
        decay: 1,
        mixRate: 0,
      })
      batch.beta.set(beta)
      bounds.push(bound[0])
    }
    expect(bounds[1]).toBeGreaterThan(bounds[0])
    expect(bounds[2]).toBeGreaterThan(bounds[1])
    expect(bounds[2]).toBeGreaterThan(5)
  })
})

describe('decisions', () => {
  it('find the tent map between 0 and 1, however often it is folded', async () => {
    const network = tent(3)
    const area = box([0], [1])
    const above = await ask({ engine, network, box: area, property: all(row([1], 0.05)) }, { cells })
    expect(above.status).toBe('verified')
    const below = await ask({ engine, network, box: area, property: all(row([-1], 0.95)) }, { cells })
    expect(below.status).toBe('falsified')
    const top = await ask({ engine, network, box: area, property: all(row([-1], 1.05)) }, { cells })
    expect(top.status).toBe('verified')
  })

  it('neither verify nor falsify a tie: |x| > 0 on [−1,1]', async () => {
    const network = chain([dense([[1], [-1]], [0, 0]), relu, dense([[1, 1]], [0])])
    const { status } = await ask({ engine, network, box: box([-1], [1]), property: all(row([1])) }, { seconds: 3 })
    expect(status).toBe('unknown')
  })

  it('never verify a network with NaN weights', async () => {
    const network = chain([dense([[NaN], [1]], [0, 0]), relu, dense([[1, 1]], [1])])
    const { status } = await ask({ engine, network, box: box([-1], [1]), property: all(row([1])) }, { seconds: 3 })
    expect(status).toBe('unknown')
  })

  it('take a box of one point for what the network says there', async () => {
    const network = randomNetwork('dense', 3)
    const area = randomBox(network, 4, 0)
    const rows = randomRows(1, 2, 5)
    const value = exactMinimumOfPoint(network, area, rows)
    for (const shift of [0.01, -0.01]) {
      const property = all({ ...rows, offsets: Float64Array.of(rows.offsets[0] - value + shift) })
      expect((await ask({ engine, network, box: area, property })).status).toBe(shift > 0 ? 'verified' : 'falsified')
    }
  })

  it('get a layer right whose plain neurons are all inactive while grafted ones are not', async () => {
    const graft: Layer = {
      kind: 'graftedRelu',
      mask: { shape: [3], data: Float32Array.of(1, 0, 0) },
      slope: parameter([3], () => -1),
      intercept: parameter([3], () => 0.5),
    }
    const network = chain([dense([[1, 0], [0, 1], [1, 1]], [0, -9, -9]), graft, dense([[1, 1, 1]], [0])], 2) // prettier-ignore
    const area = box([-1, -1], [1, 1])
    const minimum = exactMinimum(network, area, row([1]), 'min')
    expect(minimum).toBeCloseTo(-0.5, 9)
    expect((await ask({ engine, network, box: area, property: all(row([1], 0.51)) })).status).toBe('verified')
    expect((await ask({ engine, network, box: area, property: all(row([1], 0.49)) })).status).toBe('falsified')
  })
})

describe('limits', () => {
  const hard = () => {
    const network = randomNetwork('dense', 17)
    const area = randomBox(network, 18, 1, 2)
    const rows = row([1, 0])
    return { engine, network, box: area, property: all(row([1, 0], -exactMinimum(network, area, rows, 'min'))) }
  }

  it('of domains end in unknown, and say so', async () => {
    const report = await ask(hard(), { domains: 3 })
    expect(report.status).toBe('unknown')
    expect(report.reason).toMatch(/domains/)
  })

  it('of memory end in unknown, and say so', async () => {
    const report = await ask(hard(), { memoryBytes: 1000 })
    expect(report.status).toBe('unknown')
    expect(report.reason).toMatch(/MiB/)
  })

  it('of the process end in unknown, and say so', async () => {
    let looks = 0
    const report = await ask(hard(), { full: () => ++looks > 1 })
    expect(report.status).toBe('unknown')
    expect(report.reason).toMatch(/process holds more than the memory cap, with \d+ open domains/)
    expect(report.statistics.batches).toBeGreaterThan(0)
  })

  it('of time, and a cancel, end the search within a second', async () => {
    const started = performance.now()
    const report = await ask(hard(), { signal: AbortSignal.abort(), settings: smallSettings })
    expect(report.status).toBe('unknown')
    expect(report.reason).toBe('cancelled')
    expect(performance.now() - started).toBeLessThan(5000)
  })
})

function exactMinimumOfPoint(network: Network, area: Box, rows: ReturnType<typeof row>): number {
  const free = { lower: area.lower.slice(), upper: area.upper.slice() }
  free.upper[0] += 1e-12
  free.upper[1] += 1e-12
  return exactMinimum(network, free, rows, 'min')
}
