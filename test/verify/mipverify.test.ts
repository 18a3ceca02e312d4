// MIPVerify's method: all classes in one model, progressive tightening, the smallest distortion; and networks of tiny weights.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OutputRows } from '../../core/bounds/box.ts'
import { intervalBounds } from '../../core/bounds/interval.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { fuseBatchNorm } from '../../core/nn/fuse.ts'
import { evaluate64, evaluateNodes64 } from '../../core/nn/index.ts'
import { encodeSmallest } from '../../core/verify/milp/objective.ts'
import { minimalDistortion } from '../../core/verify/milp/distortion.ts'
import { SolverPool } from '../../core/verify/milp/solver-pool.ts'
import { tightenBounds } from '../../core/verify/milp/tighten.ts'
import type { VerifierName } from '../../core/verify/outcome.ts'
import { VerifyContext } from '../../core/verify/prepared.ts'
import { robustness, type Verifier } from '../../core/verify/problem.ts'
import { createVerifier } from '../../core/verify/verifier.ts'
import { allButConstant, denseLayer, linear, mlp, problem, row } from './known-networks.ts'
import { exactMinimum, loadOracleSolver, type Solver } from './oracle.ts'
import { networkCase } from './random-networks.ts'

const pool = new SolverPool(2)
const idle = new AbortController().signal
let oracle: Solver
let engine: Engine
beforeAll(async () => {
  oracle = await loadOracleSolver()
  engine = await openEngine({ threads: 1 })
})
afterAll(async () => {
  await pool.close()
  await engine.dispose()
})

const rows: OutputRows = {
  rows: 3,
  coefficients: Float64Array.of(1, -1, 0, 0, 1, -1, -1, 0, 1),
  offsets: Float64Array.of(0, 0.1, 0.2),
}

describe('all classes in one model', () => {
  it('have the smallest of the minima that brute force finds', async () => {
    await fc.assert(
      fc.asyncProperty(networkCase, async ({ network: original, box }) => {
        const network = fuseBatchNorm(original)
        const bounds = intervalBounds(network, box).preActivations
        const task = { network, box, bounds, property: { kind: 'all-positive', rows } } as const
        const exact = Math.min(...[0, 2].map((r) => exactMinimum(oracle, original, box, rows, r)))
        const { encoding, objective } = encodeSmallest(task, [0, 2])
        const model = encoding.builder.build(objective)
        const result = await pool.solve(model, { seconds: 20 }, idle)
        expect(result.objective).toBeCloseTo(exact, 5)
        // A point of the box is a feasible start: its columns keep every row.
        const point = encoding.assignment(box.lower)
        for (let r = 0; r < model.rows; r++) {
          let sum = 0
          for (let k = model.starts[r]; k < model.starts[r + 1]; k++) sum += model.values[k] * point[model.indices[k]]
          expect(sum).toBeGreaterThanOrEqual(model.rowLower[r] - 1e-9)
          expect(sum).toBeLessThanOrEqual(model.rowUpper[r] + 1e-9)
        }
      }),
      { numRuns: 12 },
    )
  })
})

describe('progressive tightening', () => {
  it('holds every sampled pre-activation, and decides the signs that MILP decides', async () => {
    await fc.assert(
      fc.asyncProperty(networkCase, async ({ network: original, box }) => {
        const network = fuseBatchNorm(original)
        const bounds = intervalBounds(network, box).preActivations
        const options = { seconds: 10, secondsEach: 2, integer: true }
        const [tight, whole] = [
          await tightenBounds({ network, box, bounds }, pool, { ...options, progressive: true }, idle),
          await tightenBounds({ network, box, bounds }, pool, options, idle),
        ]
        expect(tight.fixed).toBeGreaterThanOrEqual(whole.fixed)
        for (let sample = 0; sample < 50; sample++) {
          const x = box.lower.map((low, i) => low + (((sample * 37 + i * 61) % 50) / 49) * (box.upper[i] - low))
          const values = evaluateNodes64(network, x)
          for (const [source, { lower, upper }] of tight.bounds)
            values.get(source)?.forEach((value, i) => {
              expect(value).toBeGreaterThanOrEqual(lower[i] - 1e-12)
              expect(value).toBeLessThanOrEqual(upper[i] + 1e-12)
            })
        }
      }),
      { numRuns: 8 },
    )
  })
})

it('rows that float64 rounds to positive ones are not settled by their linear relaxation', async () => {
  // relu(relu(x + 2^53) − 1/4) − 2^53 − 1.4 on [1.5, 2] is −0.15 at x = 1.5; float64 drops the quarter, and x + 2^53 is at least 2^53 + 2.
  const network = mlp('trap', denseLayer([[1]], [2 ** 53]), denseLayer([[1]], [-0.25]), denseLayer([[1]], [-(2 ** 53)]))
  const question = problem(network, [1.5], [2], row(1, -1.4))
  const outcome = await createVerifier('mipverify', engine).verify(question, { seconds: 20 }, idle, () => undefined)
  expect(outcome.verdict).toBe('unknown')
  expect(outcome.lowerBound).toBeLessThan(-0.15)
})

describe('the smallest distortion', () => {
  /** Of the linear network around its centre, looked for as far as ε. */
  const distortionWithin = (epsilon: number): ReturnType<typeof minimalDistortion> => {
    const question = robustness({ network: linear, image: Float64Array.of(0.5, 0.5), label: 0, epsilon, clip: false })
    return minimalDistortion(new VerifyContext(engine), question, null, 20, idle, () => undefined)
  }

  it('of a linear network is .525, with a counterexample right behind', async () => {
    const { lower, witness } = await distortionWithin(1)
    expect(lower).toBeLessThanOrEqual(0.525)
    expect(lower).toBeGreaterThan(0.525 - 1e-5)
    expect(witness?.linf).toBeGreaterThan(0.525 - 1e-9)
    expect(witness?.linf).toBeLessThan(0.525 + 1e-4)
    expect(witness?.margin).toBeLessThan(0)
  })

  it('is the whole box where nothing in it is classified differently', async () => {
    const { lower, witness } = await distortionWithin(0.4)
    expect(witness).toBeNull()
    expect(lower).toBeGreaterThanOrEqual(0.4)
  })
})

describe('fused weights of almost nothing', () => {
  const verifiers = new Map<VerifierName, Verifier>()
  const ask = (name: VerifierName, question: Parameters<Verifier['verify']>[0]) => {
    let verifier = verifiers.get(name)
    if (!verifier) verifiers.set(name, (verifier = createVerifier(name, engine, { certify: 'never' })))
    return verifier.verify(question, { seconds: 10 }, idle, () => undefined)
  }

  it.each(['milp', 'mipverify', 'lp-split'] as const)('%s decides them as brute force does', async (name) => {
    for (const size of [1e-6, 1e-7, 1e-8, 1e-9, 1e-12]) {
      const network = allButConstant(size)
      const exact = exactMinimum(
        oracle,
        network,
        { lower: Float64Array.of(-1, -1), upper: Float64Array.of(1, 1) },
        row(1, 0),
      )
      const at = (gap: number) => problem(network, [-1, -1], [1, 1], row(1, gap - exact))
      expect([name, size, (await ask(name, at(1e-3))).verdict]).toEqual([name, size, 'verified'])
      const falsified = await ask(name, at(-1e-3))
      expect([name, size, falsified.verdict]).toEqual([name, size, 'falsified'])
      const output = evaluate64(network, falsified.witness?.input ?? new Float64Array(2))
      expect(output[0] - exact).toBeLessThan(1e-3)
    }
  })
})
