// A search that several processes had a share in is certified as one that never stopped; without its proof it is not.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkProof } from '../../core/certify/check.ts'
import { prepareGraph } from '../../core/certify/graph.ts'
import { Pace } from '../../core/certify/pace.ts'
import type { Proof } from '../../core/certify/proof.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import type { SearchKeeper } from '../../core/verify/keeper.ts'
import type { Outcome } from '../../core/verify/outcome.ts'
import type { Problem } from '../../core/verify/problem.ts'
import { createVerifier, type VerifierOptions } from '../../core/verify/verifier.ts'
import { hardQuestion } from '../verify/bab/hard-question.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine({ threads: 1 })
})
afterAll(() => engine.dispose())

/** Stops a search after so many rounds, and has what it left. */
class Stopper implements SearchKeeper {
  readonly kept: Uint8Array | null
  left: Uint8Array | null = null
  readonly stop = new AbortController()
  #rounds: number

  constructor(kept: Uint8Array | null, rounds: number) {
    this.kept = kept
    this.#rounds = rounds
  }

  due(): boolean {
    return --this.#rounds === 0
  }

  keep(state: Uint8Array): Promise<void> {
    this.left = state
    this.stop.abort()
    return Promise.resolve()
  }
}

async function ask(problem: Problem, keeper: Stopper, options: VerifierOptions = {}): Promise<Outcome> {
  const verifier = createVerifier('bab', engine, { certify: 'always', keepProof: true, ...options })
  return await verifier.verify(problem, { seconds: 600 }, keeper.stop.signal, () => undefined, keeper)
}

describe.each(['all-positive', 'any-positive'] as const)('a search that was stopped twice (%s)', (kind) => {
  let problem: Problem
  let left: Uint8Array
  beforeAll(async () => {
    const { network, box, property } = hardQuestion(engine, 0.01)
    problem = { network, box, property: { ...property, kind } }
    const first = new Stopper(null, 3)
    expect((await ask(problem, first)).verdict).toBe('unknown')
    const second = new Stopper(first.left, 2)
    expect((await ask(problem, second)).verdict).toBe('unknown')
    left = second.left as Uint8Array
  })

  it('is certified, and the proof holds', async () => {
    const outcome = await ask(problem, new Stopper(left, Infinity))
    expect(outcome.detail.resumedDomains).toBeGreaterThan(0)
    expect([outcome.verdict, outcome.evidence]).toEqual(['verified', 'certified'])
    // Slopes are written down in steps, which a leaf or two next to 0 may not survive as they are.
    expect(outcome.detail.certifyRepairs).toBeLessThan(5)
    const { lowerBound, leaves } = await checkProof(
      prepareGraph(problem.network),
      problem,
      outcome.proof as Proof,
      new Pace(),
    )
    expect(lowerBound).toBeGreaterThan(0)
    // Leaves of all three processes.
    expect(leaves).toBeGreaterThan(20)
  })

  it('that nobody writes down keeps its evidence', async () => {
    const plain = new Stopper(null, 3)
    await ask(problem, plain, { certify: 'never' })
    const outcome = await ask(problem, new Stopper(plain.left, Infinity))
    expect([outcome.verdict, outcome.evidence]).toEqual(['verified', 'float32'])
  })

  it('begins again from a state that cannot be read', async () => {
    const outcome = await ask(problem, new Stopper(left.subarray(0, left.length - 100), Infinity))
    expect([outcome.verdict, outcome.evidence, outcome.detail.resumedDomains]).toEqual([
      'verified',
      'certified',
      undefined,
    ])
  })
})
