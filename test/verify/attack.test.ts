// Attacks: FGSM and PGD on boxes, judged only by replay.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { fgsmOptions, pgdOptions, searchAttack, type AttackOptions } from '../../core/verify/attack/search.ts'
import { robustness, type Problem } from '../../core/verify/problem.ts'
import { Replay } from '../../core/verify/replay.ts'
import { families, randomBox, randomNetwork } from './random-networks.ts'
import { linear, problem, row, tent, xor } from './known-networks.ts'
import { fuseBatchNorm } from '../../core/nn/fuse.ts'
import { evaluate64 } from '../../core/nn/index.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine({ threads: 1 })
})
afterAll(() => engine.dispose())

const quick: AttackOptions = { ...pgdOptions, restarts: 4, steps: 20 }

function attack(ask: Problem, options: AttackOptions, seconds = 20, signal = new AbortController().signal) {
  const network = fuseBatchNorm(ask.network)
  return searchAttack({ engine, network, problem: ask, replay: new Replay(ask), seconds, signal }, options)
}

describe('attack', () => {
  it('finds the counterexample of a linear network just outside its radius .525, none inside', async () => {
    const ask = (epsilon: number) =>
      robustness({ network: linear, image: Float64Array.of(0.5, 0.5), label: 0, epsilon, clip: false })
    expect((await attack(ask(0.5249), quick)).witness).toBeNull()
    expect((await attack(ask(0.5251), quick)).witness?.margin).toBeLessThan(0)
    expect((await attack(ask(0.5251), fgsmOptions)).witness).not.toBeNull()
  })

  it('finds corners of XOR just outside its radius .5', async () => {
    const rows = { rows: 1, coefficients: Float64Array.of(1, -1), offsets: Float64Array.of(0) }
    const ask = (e: number) => problem(xor, [0.5 - e, 0.5 - e], [0.5 + e, 0.5 + e], rows)
    expect((await attack(ask(0.51), quick)).witness).not.toBeNull()
    expect((await attack(ask(0.49), quick)).witness).toBeNull()
  })

  it('climbs out of flat starts by restarts: the tent map', async () => {
    const ask = problem(tent(3), [0], [1], row(-1, 0.9)) // 0.9 − T³(x) > 0 fails near odd eighths
    expect((await attack(ask, { ...pgdOptions, restarts: 16 })).witness?.margin).toBeLessThan(0)
  })

  it('works on any box, also with equal sides, and stays in it', async () => {
    const ask = problem(linear, [-2, 0.3], [2, 0.3], {
      rows: 1,
      coefficients: Float64Array.of(1, -1, 0),
      offsets: Float64Array.of(0),
    })
    const { witness } = await attack(ask, quick)
    expect(witness?.input[1]).toBe(0.3)
    expect(witness?.input[0]).toBeGreaterThanOrEqual(-2)
  })

  it('with PGD succeeds wherever FGSM does, on every family; both rules', async () => {
    let fgsm = 0
    let both = 0
    for (const family of families)
      for (let seed = 0; seed < 6; seed++) {
        const network = randomNetwork(family, seed)
        const box = randomBox(network, seed, 0.4)
        const centre = box.lower.map((low, i) => (low + box.upper[i]) / 2)
        const logits = evaluate64(network, centre)
        const label = logits.indexOf(Math.max(...logits))
        const ask = robustness({ network, image: centre, label, epsilon: 0.4, clip: false })
        if ((await attack(ask, fgsmOptions)).witness === null) continue
        fgsm++
        for (const rule of ['sign', 'adam-sign'] as const)
          if ((await attack(ask, { ...quick, rule, steps: 40 })).witness) both++
      }
    expect(fgsm).toBeGreaterThan(3)
    expect(both).toBe(2 * fgsm)
  })

  it('reaches a target class: all rows at once', async () => {
    const ask = robustness({
      network: linear,
      image: Float64Array.of(0.5, 0.5),
      label: 0,
      epsilon: 1,
      clip: false,
      target: 2,
    })
    const { witness } = await attack(ask, quick)
    expect(witness?.output.indexOf(Math.max(...witness.output))).toBe(2)
    expect(witness?.margin).toBeLessThan(0)
  })

  it('repeats itself for the same seed', async () => {
    const ask = problem(xor, [0.1, 0.1], [0.9, 0.9], {
      rows: 1,
      coefficients: Float64Array.of(1, -1),
      offsets: Float64Array.of(0),
    })
    const [a, b] = [await attack(ask, quick), await attack(ask, quick)]
    expect(b.best).toEqual(a.best)
    expect(b.bestValue).toBe(a.bestValue)
    expect(a.bestValue).toBeCloseTo(0.2, 5)
  })

  it('ends when it is told to, and at its time limit', async () => {
    const ask = problem(xor, [0.1, 0.1], [0.9, 0.9], {
      rows: 1,
      coefficients: Float64Array.of(1, -1),
      offsets: Float64Array.of(0),
    })
    const endless = { ...pgdOptions, restarts: 1_000_000 }
    const started = performance.now()
    expect((await attack(ask, endless, 0.2)).cut).toBe(true)
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 100)
    expect((await attack(ask, endless, 20, controller.signal)).cut).toBe(true)
    expect(performance.now() - started).toBeLessThan(3000)
  })
})
