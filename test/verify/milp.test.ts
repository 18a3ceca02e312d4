// The MILP encoding against brute force; tiny coefficients; time limits, interruption and dead threads.
import fc from 'fast-check'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OutputRows } from '../../core/bounds/box.ts'
import { intervalBounds } from '../../core/bounds/interval.ts'
import { fuseBatchNorm } from '../../core/nn/fuse.ts'
import { createNetwork, evaluate64, type Network } from '../../core/nn/index.ts'
import { decideByMilp } from '../../core/verify/milp/decide.ts'
import { Encoding, NotEncodable } from '../../core/verify/milp/encode.ts'
import { encodeRow } from '../../core/verify/milp/objective.ts'
import { SolverPool } from '../../core/verify/milp/solver-pool.ts'
import type { Problem } from '../../core/verify/problem.ts'
import { Replay } from '../../core/verify/replay.ts'
import { allButConstant, denseLayer, mlp, problem, row, step } from './known-networks.ts'
import { hardQuestion } from './hard-question.ts'
import { exactMinimum, loadOracleSolver, type Solver } from './oracle.ts'
import { differenceRow, networkCase } from './random-networks.ts'

const pool = new SolverPool(2)
const idle = new AbortController().signal
let oracle: Solver
beforeAll(async () => {
  oracle = await loadOracleSolver()
})
afterAll(() => pool.close())

function encode(ask: Problem, row = 0) {
  const network = fuseBatchNorm(ask.network)
  const bounds = intervalBounds(network, ask.box).preActivations
  return encodeRow({ network, box: ask.box, bounds, property: ask.property }, row)
}

function decide(ask: Problem, seconds = 20, signal = idle, solvers = pool) {
  const network = fuseBatchNorm(ask.network)
  const bounds = intervalBounds(network, ask.box).preActivations
  const rows = Array.from({ length: ask.property.rows.rows }, (_, i) => i)
  const { box, property } = ask
  return decideByMilp({ network, box, property, rows, bounds, replay: new Replay(ask), pool: solvers, seconds, signal })
}

describe('the MILP of a network', () => {
  it('has the minimum that brute force finds, on every family', async () => {
    await fc.assert(
      fc.asyncProperty(networkCase, async ({ network, box }) => {
        const rows = differenceRow()
        const exact = exactMinimum(oracle, network, box, rows)
        const { encoding, objective } = encode({ network, box, property: { kind: 'all-positive', rows } })
        const result = await pool.solve(encoding.builder.build(objective), { seconds: 20 }, idle)
        expect(result.status).toBe('optimal')
        expect(result.objective).toBeCloseTo(exact, 5)
        expect(result.dualBound).toBeLessThan(exact + 1e-5)
        const point = encoding.inputOf(result.point ?? new Float64Array())
        const output = evaluate64(network, point)
        expect(output[0] - output[1]).toBeCloseTo(exact, 4)
      }),
      { numRuns: 20 },
    )
  })

  it('contains every point of the box: assignments keep all rows and bounds', () => {
    fc.assert(
      fc.property(
        networkCase,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 16, maxLength: 16 }),
        (net, t) => {
          const { network, box } = net
          const { encoding, objective } = encode({ network, box, property: { kind: 'any-positive', rows: twoRows } })
          const model = encoding.builder.build(objective)
          const x = box.lower.map((low, i) => low + t[i] * (box.upper[i] - low))
          const point = encoding.assignment(x)
          for (let column = 0; column < model.columns; column++) {
            expect(point[column]).toBeGreaterThanOrEqual(model.lower[column] - 1e-9)
            expect(point[column]).toBeLessThanOrEqual(model.upper[column] + 1e-9)
          }
          for (let r = 0; r < model.rows; r++) {
            let sum = 0
            for (let k = model.starts[r]; k < model.starts[r + 1]; k++) sum += model.values[k] * point[model.indices[k]]
            expect(sum).toBeGreaterThanOrEqual(model.rowLower[r] - 1e-9)
            expect(sum).toBeLessThanOrEqual(model.rowUpper[r] + 1e-9)
          }
          const value = model.cost.reduce((sum, c, i) => sum + c * point[i], model.offset)
          const output = evaluate64(network, x)
          expect(value).toBeCloseTo(Math.max(output[0] - output[1], output[1] - output[2] + 0.1), 9)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('needs no binaries for stable and grafted neurons', () => {
    const stable = encode(problem(step, [1], [2], row(1, 0)))
    expect(stable.encoding.binaries).toBe(0)
    const grafted: Network = createNetwork({
      name: 'grafted',
      inputShape: [2],
      nodes: [
        { id: 'a', layer: denseLayer([[1, 1], [1, -1]], [0, 0]) },
        { id: 'g', layer: { kind: 'graftedRelu', mask: vector(1, 0), slope: vector(0.4, 9), intercept: vector(0.1, 9) } },
        { id: 'b', layer: denseLayer([[1, 1]], [0]) },
      ],
    }) // prettier-ignore
    expect(encode(problem(grafted, [-1, -1], [1, 1], row(1, 0))).encoding.binaries).toBe(1)
  })

  it('refuses sigmoid layers and weights that are not finite', () => {
    const sigmoid = createNetwork({
      name: 'sigmoid',
      inputShape: [1],
      nodes: [
        { id: 'a', layer: denseLayer([[1]], [0]) },
        { id: 's', layer: { kind: 'sigmoid' } },
      ],
    })
    const ask = problem(sigmoid, [-1], [1], row(1, 0))
    expect(() => encode(ask)).toThrow(NotEncodable)
    const broken = mlp('NaN', denseLayer([[NaN]], [0]), denseLayer([[1]], [0]))
    expect(() => new Encoding(broken, ask.box, new Map()).row(row(1, 0), 0)).toThrow(NotEncodable)
  })
})

describe('tiny coefficients', () => {
  it.each([1e-6, 1e-7, 1e-8, 3e-9, 1e-9, 1e-10, 1e-13, 1e-300])('of %s give the right minimum', async (size) => {
    const network = allButConstant(size)
    const ask = problem(network, [-1, -1], [1, 1], row(1, 0))
    const { encoding, objective } = encode(ask)
    const result = await pool.solve(encoding.builder.build(objective), { seconds: 10 }, idle)
    const exact = exactMinimum(oracle, network, ask.box, row(1, 0))
    expect(result.status).toBe('optimal')
    expect(Math.abs((result.objective ?? NaN) - exact)).toBeLessThan(5e-6)
  })

  it('cut off no real point', () => {
    for (const size of [1e-7, 1e-8, 1e-9, 1e-12]) {
      const { encoding, objective } = encode(problem(allButConstant(size), [-1, -1], [1, 1], row(1, 0)))
      const model = encoding.builder.build(objective)
      for (const x of [[-1, -1], [1, 1], [1, -1], [0.2, 0.3]]) {
        const point = encoding.assignment(Float64Array.from(x))
        for (let r = 0; r < model.rows; r++) {
          let sum = 0
          for (let k = model.starts[r]; k < model.starts[r + 1]; k++) sum += model.values[k] * point[model.indices[k]]
          expect(sum).toBeGreaterThanOrEqual(model.rowLower[r] - 1e-15)
          expect(sum).toBeLessThanOrEqual(model.rowUpper[r] + 1e-15)
        }
        expect(Math.min(...model.values.map(Math.abs))).toBeGreaterThan(1e-9)
      }
    } // prettier-ignore
  })
})

describe('decideByMilp', () => {
  it('agrees with brute force on verdicts', async () => {
    await fc.assert(
      fc.asyncProperty(
        networkCase,
        fc.double({ min: -0.5, max: 0.5, noNaN: true }),
        async ({ network, box }, shift) => {
          const exact = exactMinimum(oracle, network, box, differenceRow())
          fc.pre(Math.abs(shift) > 1e-3)
          const ask: Problem = { network, box, property: { kind: 'all-positive', rows: differenceRow(shift - exact) } }
          const report = await decide(ask)
          expect(report.status).toBe(shift > 0 ? 'verified' : 'falsified')
          if (shift < 0) expect(report.witness?.margin).toBeLessThan(0)
        },
      ),
      { numRuns: 12 },
    )
  })

  it('minimises the largest row of a targeted question', async () => {
    const network = mlp('both', denseLayer([[1], [-1]], [0, 0])) // rows x and −x: one of them is always ≥ 0
    const rows = (offset: number): OutputRows => ({
      rows: 2,
      coefficients: Float64Array.of(1, 0, 0, 1),
      offsets: Float64Array.of(offset, offset),
    })
    const ask = (offset: number): Problem => ({
      ...problem(network, [-1], [1], rows(offset)),
      property: { kind: 'any-positive', rows: rows(offset) },
    })
    expect((await decide(ask(0.1))).status).toBe('verified')
    expect((await decide(ask(-0.1))).status).toBe('falsified')
  })

  it('neither verifies nor falsifies a tie', async () => {
    const report = await decide(problem(step, [-1], [1], row(1, 0)))
    expect(report.status).toBe('gap')
    expect(report.witness).toBeNull()
  })

  it('keeps its time limit', async () => {
    const started = performance.now()
    const report = await decide(hardQuestion(), 1.5)
    expect(report.status).toBe('limit')
    expect(performance.now() - started).toBeLessThan(3000)
  })

  it('stops within a second when cancelled in the middle', async () => {
    const controller = new AbortController()
    let cancelled = 0
    setTimeout(() => {
      cancelled = performance.now()
      controller.abort()
    }, 1500)
    const report = await decide(hardQuestion(), 60, controller.signal)
    expect(report.status).toBe('limit')
    expect(performance.now() - cancelled).toBeLessThan(1000)
  })

  it('works again after threads were ended, and reports a thread that dies', async () => {
    expect((await decide(problem(step, [1], [2], row(1, 0)))).status).toBe('verified')
    const dying = new SolverPool(1, {
      start: () => new Worker('throw new Error("abort(out of memory)")', { eval: true }),
    })
    await expect(decide(problem(step, [-1], [1], row(1, 1)), 5, idle, dying)).rejects.toMatchObject({
      code: 'verify/solver',
    })
    const leaving = new SolverPool(1, { start: () => new Worker('process.exit(7)', { eval: true }) })
    await expect(decide(problem(step, [-1], [1], row(1, 1)), 5, idle, leaving)).rejects.toMatchObject({
      code: 'verify/solver',
    })
  })
})

const twoRows: OutputRows = {
  rows: 2,
  coefficients: Float64Array.of(1, -1, 0, 0, 1, -1),
  offsets: Float64Array.of(0, 0.1),
}

function vector(...values: number[]) {
  return { shape: [values.length], data: Float64Array.from(values) }
}
