// The gradient of every method's loss against finite differences, in float64: 1e-6 at first order, 1e-4 at second.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SeededRandom } from '../../../core/data/random.ts'
import { openEngine, type Engine } from '../../../core/engine/engine.ts'
import { layoutsOf } from '../../../core/train/evaluator.ts'
import { oneHot } from '../../../core/train/loss.ts'
import { ruleOfMethod } from '../../../core/train/methods/registry.ts'
import { stateOf } from '../../../core/train/state.ts'
import { compileObjective, everyMethod, tinyNetwork } from './support.ts'

let engine: Engine
beforeAll(async () => (engine = await openEngine({ threads: 1, precision: 'float64' })))
afterAll(() => engine.dispose())

const batch = 4
const step = 1e-5

describe.each([false, true])('batch norm: %s', (batchNorm) => {
  it.each(everyMethod.map((method) => [JSON.stringify(method), method] as const))('%s', async (_name, method) => {
    const network = tinyNetwork(5, batchNorm)
    const program = await compileObjective(engine, network, method, batch, 0.05)
    const random = new SeededRandom(11)
    const draw = (length: number, low: number): Float64Array =>
      Float64Array.from({ length }, () => random.between(low, 1))
    const base = Float64Array.from(stateOf(network, layoutsOf(network)).weights)
    const given = {
      base,
      images: draw(batch * 16, 0),
      targets: Float64Array.from(oneHot([0, 1, 2, 1], 3)),
      ...Object.fromEntries(
        Array.from({ length: ruleOfMethod(method).noises(method) }, (_, k) => [`noise${k}`, draw(batch * 16, -1)]),
      ),
    }
    const lossAt = async (weights: Float64Array): Promise<number> => (await program.run({ ...given, weights })).loss[0]
    const { gradient } = await program.run({ ...given, weights: base })
    expect(Math.max(...Array.from(gradient, Math.abs))).toBeGreaterThan(1e-3)
    const secondOrder = method.kind === 'fat' && method.gradAlign > 0
    for (let trial = 0; trial < 6; trial++) {
      const direction = Float64Array.from(base, () => random.normal())
      const moved = (sign: number) => base.map((value, i) => value + sign * step * direction[i])
      const difference = ((await lossAt(moved(1))) - (await lossAt(moved(-1)))) / (2 * step)
      const analytic = direction.reduce((sum, value, i) => sum + value * gradient[i], 0)
      expect(Math.abs(analytic - difference)).toBeLessThan(
        (secondOrder ? 1e-4 : 1e-6) * Math.max(1, Math.abs(analytic)),
      )
    }
  })
})
