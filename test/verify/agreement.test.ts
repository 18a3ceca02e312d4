// Verifiers agree with brute force and with each other on random networks, keep their limits, and stop when told to.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OutputRows } from '../../core/bounds/box.ts'
import { verifierNameSchema } from '../../core/contract/verdict.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { SeededRandom } from '../../core/data/random.ts'
import { createNetwork, evaluate64 } from '../../core/nn/index.ts'
import type { Outcome, VerifierName, VerifyProgress } from '../../core/verify/outcome.ts'
import { robustness, type Problem, type Verifier } from '../../core/verify/problem.ts'
import { createVerifier } from '../../core/verify/verifier.ts'
import { hardNetwork } from './hard-question.ts'
import { exactMinimum, loadOracleSolver, type Solver } from './oracle.ts'
import { differenceRow, networkCase, randomNetwork } from './random-networks.ts'
import { denseLayer, mlp, problem, row } from './known-networks.ts'

let engine: Engine
let oracle: Solver
beforeAll(async () => {
  engine = await openEngine({ threads: 1 })
  oracle = await loadOracleSolver()
})
afterAll(() => engine.dispose())

const names = verifierNameSchema.options
const complete = new Set<VerifierName>(['bab', 'milp', 'mipverify', 'lp-split', 'auto'])

/** One verifier a name: solver threads and compiled programs serve all questions. */
const verifiers = new Map<VerifierName, Verifier>()

function ask(
  name: VerifierName,
  question: Problem,
  seconds = 20,
  signal = new AbortController().signal,
): Promise<Outcome> {
  let verifier = verifiers.get(name)
  if (!verifier) verifiers.set(name, (verifier = createVerifier(name, engine)))
  return verifier.verify(question, { seconds }, signal, () => undefined)
}

/** A question that no method settles in seconds: an offset a little below the best value that sampling finds. */
function hard(): Problem {
  const random = new SeededRandom(5)
  const { network, box } = hardNetwork(random)
  let low = Infinity
  for (let sample = 0; sample < 200; sample++) {
    const x = box.lower.map((l, i) => l + random.uniform() * (box.upper[i] - l))
    low = Math.min(low, evaluate64(network, x)[0])
  }
  return { network, box, property: { kind: 'all-positive', rows: row(1, 2.2 - low) } }
}

describe('every verifier', () => {
  it('is right on random networks of all families; complete ones decide', async () => {
    await fc.assert(
      fc.asyncProperty(
        networkCase,
        fc.double({ min: 0.02, max: 0.5, noNaN: true }),
        fc.boolean(),
        async (net, gap, robust) => {
          const exact = exactMinimum(oracle, net.network, net.box, differenceRow())
          const rows = differenceRow((robust ? gap : -gap) - exact)
          const question: Problem = { network: net.network, box: net.box, property: { kind: 'all-positive', rows } }
          for (const name of names) {
            const outcome = await ask(name, question)
            const allowed = robust ? 'verified' : 'falsified'
            if (complete.has(name)) expect([name, outcome.verdict]).toEqual([name, allowed])
            else expect([allowed, 'unknown']).toContain(outcome.verdict)
            if (outcome.lowerBound !== null) expect(outcome.lowerBound).toBeLessThan((robust ? gap : -gap) + 1e-5)
          }
        },
      ),
      { numRuns: 8 },
    )
  })

  it('agrees on targeted questions, wherever it decides', async () => {
    await fc.assert(
      fc.asyncProperty(
        networkCase,
        fc.double({ min: -0.6, max: 0.6, noNaN: true }),
        async ({ network, box }, offset) => {
          // Both rows at most 0 at once: class 1 beats the two others by `offset`.
          const rows: OutputRows = {
            rows: 2,
            coefficients: Float64Array.of(1, -1, 0, 0, -1, 1),
            offsets: Float64Array.of(offset, offset),
          }
          const question: Problem = { network, box, property: { kind: 'any-positive', rows } }
          const verdicts = new Map<string, VerifierName[]>()
          for (const name of complete) {
            const { verdict } = await ask(name, question)
            verdicts.set(verdict, [...(verdicts.get(verdict) ?? []), name])
          }
          expect([...verdicts.keys()]).not.toEqual(expect.arrayContaining(['verified', 'falsified']))
          expect(verdicts.has('error')).toBe(false)
        },
      ),
      { numRuns: 10 },
    )
  })

  it.each(names)('%s: keeps a limit of 1.5 s on a hard question, within a second', async (name) => {
    const started = performance.now()
    const outcome = await ask(name, hard(), 1.5)
    expect(performance.now() - started).toBeLessThan(2500)
    expect(['timeout', 'unknown']).toContain(outcome.verdict)
    expect(outcome.reason).toBeTruthy()
  })

  it.each(['bab', 'milp', 'mipverify', 'lp-split', 'auto', 'attack'] as const)(
    '%s: stops within a second when cancelled',
    async (name) => {
      const controller = new AbortController()
      let cancelled = 0
      setTimeout(() => {
        cancelled = performance.now()
        controller.abort()
      }, 1200)
      const outcome = await ask(name, hard(), 60, controller.signal)
      if (name !== 'attack') expect(cancelled).toBeGreaterThan(0)
      if (cancelled === 0) return
      expect(performance.now() - cancelled).toBeLessThan(1000)
      expect(outcome).toMatchObject({ verdict: 'unknown', reason: 'cancelled', evidence: null })
    },
  )

  it('refuses a budget that is not positive', async () => {
    const question = problem(mlp('one', denseLayer([[1]], [0])), [0], [1], row(1, 1))
    expect(() => ask('auto', question, 0)).toThrow(expect.objectContaining({ code: 'recipe/invalid' }))
    expect(() => ask('auto', question, NaN)).toThrow(expect.objectContaining({ code: 'recipe/invalid' }))
    return Promise.resolve()
  })
})

describe('robustness is monotone', () => {
  it('in ε: verified at a radius means verified at all smaller ones, never falsified there', async () => {
    for (let seed = 0; seed < 4; seed++) {
      const network = randomNetwork('dense', seed)
      const image = Float64Array.of(0.3, 0.6, 0.4)
      const logits = evaluate64(network, image)
      const label = logits.indexOf(Math.max(...logits))
      const verdicts: string[] = []
      for (const epsilon of [0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8])
        verdicts.push((await ask('auto', robustness({ network, image, label, epsilon, clip: false }))).verdict)
      expect(verdicts[0]).toBe('verified')
      expect(verdicts.lastIndexOf('verified')).toBe(verdicts.filter((v) => v === 'verified').length - 1)
    }
  })
})

describe('what is not piecewise linear', () => {
  const sigmoid = createNetwork({
    name: 'sigmoid',
    inputShape: [2],
    nodes: [
      { id: 'a', layer: denseLayer([[1, 1], [1, -1]], [0, 0]) },
      { id: 's', layer: { kind: 'sigmoid' } },
      { id: 'b', layer: denseLayer([[1, 1]], [0]) },
    ],
  }) // prettier-ignore

  it('is left unknown by MILP, with the reason', async () => {
    const outcome = await ask('milp', problem(sigmoid, [-1, -1], [1, 1], row(1, -0.5375)))
    expect(outcome.verdict).toBe('unknown')
    expect(outcome.reason).toContain('sigmoid')
  })

  it('is verified and falsified where bounds and attacks suffice', async () => {
    expect((await ask('auto', problem(sigmoid, [-1, -1], [1, 1], row(1, 0)))).verdict).toBe('verified')
    expect((await ask('auto', problem(sigmoid, [-1, -1], [1, 1], row(1, -1)))).verdict).toBe('falsified')
  })
})

describe('progress', () => {
  it('tells the stage, rising bounds and time', async () => {
    const seen: VerifyProgress[] = []
    const verifier = createVerifier('auto', engine)
    await verifier.verify(hard(), { seconds: 3 }, new AbortController().signal, (progress) => seen.push(progress))
    const stages = new Set(seen.map(({ stage }) => stage))
    expect([...stages]).toEqual(expect.arrayContaining(['attack', 'interval', 'crown', 'bab']))
    for (let i = 1; i < seen.length; i++) {
      expect(seen[i].seconds).toBeGreaterThanOrEqual(seen[i - 1].seconds)
      expect(seen[i].lowerBound ?? -Infinity).toBeGreaterThanOrEqual((seen[i - 1].lowerBound ?? -Infinity) - 1e-9)
    }
  })
})
