// What HiGHS decides is certified where that is asked for: by a search of our own, which a wrong word of the solver does not survive.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkProof } from '../../core/certify/check.ts'
import { prepareGraph } from '../../core/certify/graph.ts'
import { Pace } from '../../core/certify/pace.ts'
import type { Proof } from '../../core/certify/proof.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { Attempt } from '../../core/verify/attempt.ts'
import { VerifyContext } from '../../core/verify/prepared.ts'
import type { Problem } from '../../core/verify/problem.ts'
import { certifyDecision } from '../../core/verify/proof/certify-decision.ts'
import { ProofRecorder } from '../../core/verify/proof/recorder.ts'
import { requireConsistent } from '../../core/verify/replay.ts'
import { failedOutcome } from '../../core/verify/outcome.ts'
import { createVerifier } from '../../core/verify/verifier.ts'
import { exactMinimum, loadOracleSolver, type Solver } from '../verify/oracle.ts'
import { differenceRow, randomBox, randomNetwork } from '../verify/random-networks.ts'

let engine: Engine
let oracle: Solver
beforeAll(async () => {
  engine = await openEngine({ threads: 1 })
  oracle = await loadOracleSolver()
})
afterAll(() => engine.dispose())

/** A row whose least value is `gap`; plain bounds do not settle it. */
function question(gap: number): Problem {
  const network = randomNetwork('dense', 3)
  const box = randomBox(network, 3, 0.6)
  const exact = exactMinimum(oracle, network, box, differenceRow())
  return { network, box, property: { kind: 'all-positive', rows: differenceRow(gap - exact) } }
}

const idle = new AbortController().signal

describe.each(['milp', 'mipverify', 'lp-split'] as const)('a verdict of %s', (name) => {
  const ask = (certify: 'auto' | 'always') =>
    createVerifier(name, engine, { certify, keepProof: true }).verify(
      question(0.003),
      { seconds: 300 },
      idle,
      () => undefined,
    )

  it('is certified where that is asked for', async () => {
    const outcome = await ask('always')
    expect([outcome.verdict, outcome.evidence, outcome.method]).toEqual(['verified', 'certified', name])
    const { network } = question(0.003)
    const { lowerBound } = await checkProof(prepareGraph(network), question(0.003), outcome.proof as Proof, new Pace())
    expect(lowerBound).toBeGreaterThan(0)
  })

  it('stays at its own evidence otherwise', async () => {
    const { verdict, evidence } = await ask('auto')
    expect([verdict, evidence]).toEqual(['verified', name === 'lp-split' ? 'float32' : 'solver'])
  })
})

describe('a solver that says verified where a counterexample is', () => {
  const attemptAt = (problem: Problem): Attempt =>
    new Attempt(new VerifyContext(engine), problem, { seconds: 300 }, idle, () => undefined, new ProofRecorder(2 ** 29))
  const word = { verdict: 'verified', evidence: 'solver' } as const

  it('is not believed', async () => {
    const attempt = attemptAt(question(-0.05))
    expect(await certifyDecision(attempt, word, 'always', performance.now() + 300_000)).toBeNull()
    const claimed = { ...failedOutcome('milp', 1, new Error('')), verdict: 'verified' as const }
    expect(() => requireConsistent(attempt.replay, claimed, attempt.points)).toThrow(/margin/)
  })

  it('is not asked about once branch and bound has tried', async () => {
    const attempt = attemptAt(question(0.003))
    attempt.detail.babDomains = 100
    expect(await certifyDecision(attempt, word, 'always', performance.now() + 300_000)).toBeNull()
    expect(attempt.detail.proofSearchSeconds).toBeUndefined()
  })
})
