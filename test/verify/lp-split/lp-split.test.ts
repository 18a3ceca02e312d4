// Search by cases against brute force and branch and bound; its propagation; limits, cancelling, and solvers that fail.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OutputRows } from '../../../core/bounds/box.ts'
import { intervalBounds } from '../../../core/bounds/interval.ts'
import { fuseBatchNorm } from '../../../core/nn/fuse.ts'
import { evaluate64, evaluateNodes64 } from '../../../core/nn/index.ts'
import { wholeCase, type CaseModel } from '../../../core/verify/lp-split/cases.ts'
import { decideByCases, type LpSplitReport } from '../../../core/verify/lp-split/decide.ts'
import { propagateCase } from '../../../core/verify/lp-split/propagate.ts'
import { searchCases, type CaseSolution } from '../../../core/verify/lp-split/search.ts'
import { encodeRow } from '../../../core/verify/milp/objective.ts'
import { SolverPool } from '../../../core/verify/milp/solver-pool.ts'
import type { Problem } from '../../../core/verify/problem.ts'
import { Replay } from '../../../core/verify/replay.ts'
import { denseLayer, mlp, problem, row, step, tent } from '../known-networks.ts'
import { hardQuestion } from '../hard-question.ts'
import { exactMinimum, loadOracleSolver, type Solver } from '../oracle.ts'
import { differenceRow, networkCase } from '../random-networks.ts'

const pool = new SolverPool(2)
const idle = new AbortController().signal
let oracle: Solver
beforeAll(async () => {
  oracle = await loadOracleSolver()
})
afterAll(() => pool.close())

function decide(ask: Problem, seconds = 20, signal = idle): Promise<LpSplitReport> {
  const network = fuseBatchNorm(ask.network)
  const replay = new Replay(ask)
  return decideByCases({
    network,
    box: ask.box,
    property: ask.property,
    rows: Array.from({ length: ask.property.rows.rows }, (_, i) => i),
    bounds: intervalBounds(network, ask.box).preActivations,
    pool,
    seconds,
    signal,
    accept: (point) => replay.accept(point),
    progress: () => undefined,
  })
}

/** Two rows over three outputs, as alternatives of an untargeted question or parts of a targeted one. */
const twoRows = (offset: number): OutputRows => ({
  rows: 2,
  coefficients: Float64Array.of(1, -1, 0, 0, -1, 1),
  offsets: Float64Array.of(offset, offset),
})

describe('the search by cases', () => {
  it('gives the verdicts of brute force on every family, with bounds that hold', async () => {
    await fc.assert(
      fc.asyncProperty(networkCase, fc.double({ min: -0.5, max: 0.5, noNaN: true }), async (net, shift) => {
        fc.pre(Math.abs(shift) > 1e-3)
        const exact = exactMinimum(oracle, net.network, net.box, differenceRow())
        const rows = differenceRow(shift - exact)
        const report = await decide({ network: net.network, box: net.box, property: { kind: 'all-positive', rows } })
        expect(report.status).toBe(shift > 0 ? 'verified' : 'falsified')
        expect(report.lowerBound).toBeLessThanOrEqual(shift + 1e-7)
      }),
      { numRuns: 15 },
    )
  })

  it('settles several rows at once: the smallest decides', async () => {
    await fc.assert(
      fc.asyncProperty(networkCase, fc.boolean(), async ({ network, box }, robust) => {
        const least = Math.min(...[0, 1].map((r) => exactMinimum(oracle, network, box, twoRows(0), r)))
        const rows = twoRows((robust ? 0.05 : -0.05) - least)
        const report = await decide({ network, box, property: { kind: 'all-positive', rows } })
        expect(report.status).toBe(robust ? 'verified' : 'falsified')
      }),
      { numRuns: 6 },
    )
  })

  it('answers a targeted question as sampling does: a point where all rows are negative, or none', async () => {
    await fc.assert(
      fc.asyncProperty(networkCase, fc.double({ min: -1, max: 1, noNaN: true }), async ({ network, box }, offset) => {
        const rows = twoRows(offset)
        const report = await decide({ network, box, property: { kind: 'any-positive', rows } })
        if (report.witness) {
          const output = evaluate64(network, report.witness.input)
          expect(Math.max(output[0] - output[1], output[2] - output[1]) + offset).toBeLessThan(0)
        }
        if (report.status !== 'verified') return
        for (let sample = 0; sample < 200; sample++) {
          const x = box.lower.map((low, i) => low + (((sample * 37 + i * 61) % 199) / 198) * (box.upper[i] - low))
          const output = evaluate64(network, x)
          expect(Math.max(output[0] - output[1], output[2] - output[1]) + offset).toBeGreaterThan(0)
        }
      }),
      { numRuns: 12 },
    )
  })

  it('finds the maximum of the iterated tent map, through many cases', async () => {
    expect((await decide(problem(tent(5), [0], [1], row(-1, 1.001)))).status).toBe('verified')
    expect((await decide(problem(tent(5), [0], [1], row(-1, 0.999)))).status).toBe('falsified')
  })

  it('leaves a tie open', async () => {
    const report = await decide(problem(step, [-1], [1], row(1, 0)))
    expect(report.status).toBe('tie')
    expect(report.witness).toBeNull()
  })

  it('keeps its time limit, with a bound of what is open', async () => {
    const started = performance.now()
    const report = await decide(hardQuestion(), 2)
    expect(report.status).toBe('limit')
    expect(performance.now() - started).toBeLessThan(3500)
    expect(report.solved).toBeGreaterThan(10)
    expect(report.lowerBound).toBeLessThan(0)
  })

  it('stops within a second when cancelled', async () => {
    const controller = new AbortController()
    let cancelled = 0
    setTimeout(() => {
      cancelled = performance.now()
      controller.abort()
    }, 1500)
    expect((await decide(hardQuestion(), 60, controller.signal)).status).toBe('limit')
    expect(performance.now() - cancelled).toBeLessThan(1000)
  })
})

describe('propagateCase', () => {
  it('keeps every point of the box whose phases are those of the case', () => {
    fc.assert(
      fc.property(networkCase, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 16 }), (net, t) => {
        const network = fuseBatchNorm(net.network)
        const bounds = intervalBounds(network, net.box).preActivations
        const property = { kind: 'all-positive', rows: differenceRow() } as const
        const { encoding, objective } = encodeRow({ network, box: net.box, bounds, property }, 0, 'triangle')
        const caseModel: CaseModel = { model: encoding.builder.build(objective), definitions: encoding.definitions }
        const x = net.box.lower.map((low, i) => low + t[i] * (net.box.upper[i] - low))
        const point = encoding.assignment(x)
        expect(evaluateNodes64(network, x).size).toBeGreaterThan(0)
        // The signs of every other ReLU are assumed; those of the rest must follow or stay open.
        const signs = Int8Array.from(caseModel.definitions, ({ positive, negative }, place) =>
          negative < 0 || place % 2 === 1 ? 0 : point[positive] > 0 ? 1 : point[negative] > 0 ? -1 : 0,
        )
        const found = propagateCase(caseModel, signs)
        expect(found).not.toBeNull()
        if (!found) return
        point.forEach((value, column) => {
          expect(value).toBeGreaterThanOrEqual(found.lower[column] - 1e-12)
          expect(value).toBeLessThanOrEqual(found.upper[column] + 1e-12)
        })
        for (const [place, { positive, negative }] of caseModel.definitions.entries())
          if (negative >= 0 && found.signs[place] !== 0)
            expect(point[found.signs[place] > 0 ? negative : positive]).toBeLessThanOrEqual(1e-12)
      }),
      { numRuns: 100 },
    )
  })

  it('closes a case that no point has: x ≤ 0 and relu(x) − relu(−x) ≥ .1', () => {
    const model = crossed()
    expect(propagateCase(model, Int8Array.of(-1, 0, 1))).toBeNull()
    expect(propagateCase(model, Int8Array.of(-1, 0, -1))).not.toBeNull()
  })

  it('finds the phases that follow: with x ≤ 0, relu(x) − relu(−x) − .1 is negative', () => {
    expect(propagateCase(crossed(), Int8Array.of(-1, 0, 0))?.signs).toEqual(Int8Array.of(-1, 0, -1))
  })
})

/** relu(relu(x) − relu(−x) − .1) on [−1, 1]: three open ReLUs. */
function crossed(): CaseModel {
  const network = mlp(
    'crossed',
    denseLayer([[1], [-1]], [0, 0]),
    denseLayer([[1, -1]], [-0.1]),
    denseLayer([[1]], [-1]),
  )
  const box = { lower: Float64Array.of(-1), upper: Float64Array.of(1) }
  const bounds = intervalBounds(network, box).preActivations
  const property = { kind: 'all-positive', rows: row(1, 0) } as const
  const { encoding, objective } = encodeRow({ network, box, bounds, property }, 0, 'triangle')
  return { model: encoding.builder.build(objective), definitions: encoding.definitions }
}

describe('searchCases with a solver that fails', () => {
  const limits = { stopped: () => false, candidate: () => undefined }
  const failing: CaseSolution = { status: 'failed', rowDual: null, point: null }

  it('splits blindly and ends with every case undecided, never verified', () => {
    const model = crossed()
    const relus = model.definitions.filter(({ negative }) => negative >= 0).length
    const report = searchCases(model, [wholeCase(model)], { solve: () => failing }, limits)
    expect(relus).toBeGreaterThan(0)
    expect(report.open).toEqual([])
    expect(report.undecided).toBeGreaterThan(0)
    expect(report.lowerBound).toBe(-Infinity)
  })

  it('leaves a case undecided that is empty by its word alone', () => {
    const model = crossed()
    const solve = (): CaseSolution => ({ status: 'infeasible', rowDual: null, point: null })
    const report = searchCases(model, [wholeCase(model)], { solve }, limits)
    expect(report.undecided).toBeGreaterThan(0)
    expect(report.lowerBound).toBe(-Infinity)
  })

  it('believes no multipliers that do not prove the bound', () => {
    const model = crossed()
    const rowDual = new Float64Array(model.model.rows).fill(1e9)
    const report = searchCases(
      model,
      [wholeCase(model)],
      { solve: () => ({ status: 'above', rowDual, point: null }) },
      limits,
    )
    expect(report.undecided).toBeGreaterThan(0)
    expect(report.lowerBound).toBeLessThan(0)
  })
})
