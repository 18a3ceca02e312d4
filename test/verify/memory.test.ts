// The memory cap: what its parts come to, and that searches and solvers keep to it.
import { totalmem } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SeededRandom } from '../../core/data/random.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { evaluate64 } from '../../core/nn/index.ts'
import { machineMemory, memoryCap, partsOf, roomForDomains } from '../../core/verify/memory.ts'
import { decideByMilp } from '../../core/verify/milp/decide.ts'
import { SolverPool } from '../../core/verify/milp/solver-pool.ts'
import { createVerifier } from '../../core/verify/verifier.ts'
import { hardQuestion } from './hard-question.ts'
import type { Problem } from '../../core/verify/problem.ts'
import { Replay } from '../../core/verify/replay.ts'
import { intervalBounds } from '../../core/bounds/interval.ts'
import { mlp, row } from './known-networks.ts'
import { dense } from './random-networks.ts'

/** A domain of it takes 72 kB, so that the first thousand of them take more than the least room. */
function manyNeurons(): Problem {
  const random = new SeededRandom(3)
  const network = mlp('wide', dense(random, 12_000, 4), dense(random, 1, 12_000))
  const box = { lower: new Float64Array(4).fill(-1), upper: new Float64Array(4).fill(1) }
  const value = evaluate64(network, new Float64Array(4))[0]
  return { network, box, property: { kind: 'all-positive', rows: row(1, 8 - value) } }
}

const [MIB, GIB] = [2 ** 20, 2 ** 30]

let engine: Engine
beforeAll(async () => (engine = await openEngine({ threads: 1 })))
afterAll(() => engine.dispose())

describe('a cap', () => {
  it('is what was set, or half of the machine', () => {
    expect(memoryCap(3)).toBe(3 * GIB)
    expect(memoryCap(0.5)).toBe(GIB / 2)
    expect(memoryCap(0)).toBe(machineMemory() / 2)
    expect(machineMemory()).toBeLessThanOrEqual(totalmem())
  })

  it('leaves what the process does not hold yet, less calls and proofs, to open domains and their copies', () => {
    expect(partsOf(16 * GIB)).toEqual({ cap: 16 * GIB, call: GIB / 2, proof: GIB / 2 })
    expect(partsOf(2 * GIB)).toEqual({ cap: 2 * GIB, call: GIB / 4, proof: GIB / 4 })
    expect(roomForDomains(partsOf(16 * GIB), GIB)).toBe(0.6 * 14 * GIB)
    expect(roomForDomains(partsOf(2 * GIB), GIB)).toBe(0.6 * 0.5 * GIB)
    // Nothing is left: a search still gets room for a few domains.
    expect(roomForDomains(partsOf(GIB), 2 * GIB)).toBe(64 * MIB)
  })
})

describe('a verifier under a cap', () => {
  it('ends a search that needs more as unknown, and says so', async () => {
    const signal = new AbortController().signal
    const under = (memoryBytes: number) =>
      createVerifier('bab', engine, { memoryBytes, certify: 'never' }).verify(
        ...([manyNeurons(), { seconds: 60, domains: 40 }, signal, () => undefined] as const),
      )
    // The least room there is.
    const { verdict, reason, domains } = await under(1)
    expect(verdict).toBe('unknown')
    expect(reason).toMatch(/open domains need more than the 64 MiB that the memory cap leaves/)
    expect(domains).toBeGreaterThan(0)
    expect((await under(16 * GIB)).reason).toMatch(/limit of 40 domains/)
  })

  it('interrupts HiGHS once the process holds more', async () => {
    const question = hardQuestion()
    const { network, box, property } = question
    const replay = new Replay(question)
    const started = performance.now()
    const report = await decideByMilp({
      ...{ network, box, property, rows: [0], bounds: intervalBounds(network, box).preActivations, replay },
      ...{ pool: new SolverPool(1, { memoryBytes: MIB }), seconds: 60, signal: new AbortController().signal },
    })
    expect(report.status).toBe('limit')
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})
