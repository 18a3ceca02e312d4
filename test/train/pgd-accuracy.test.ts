// Accuracy under PGD: exact on a linear model, never higher with more starts, never above FGSM's here, cancellable.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { fgsmRobustness } from '../../core/train/index.ts'
import { pgdAccuracy } from '../../core/train/pgd-accuracy.ts'
import { linear, points, smallNetwork, stripes } from './helpers.ts'

let engine: Engine
beforeAll(async () => (engine = await openEngine({ provider: 'cpu', threads: 1 })))
afterAll(() => engine.dispose())

const usual = { steps: 20, restarts: 1, images: null, everyClass: false }

describe('accuracy under PGD', () => {
  it.each([false, true])('is exact on a linear model (every class: %s)', async (everyClass) => {
    // logits (x₀ − x₁, 0): the first class holds in the ball where x₀ − x₁ > 2ε, the second where it is below −2ε.
    const images = [
      ...([[0.9, 0.1], [0.6, 0.4], [0.7, 0.31], [0.71, 0.3]] as const), // prettier-ignore
      ...([[0.2, 0.8], [0.1, 0.9], [1, 0]] as const), // prettier-ignore
    ]
    const data = points(images, [0, 0, 0, 0, 0, 1, 0])
    const { robust, robustAccuracy } = await pgdAccuracy(engine, linear([1, -1, 0, 0]), data, {
      ...usual,
      everyClass,
      epsilon: 0.2,
    })
    expect(Array.from(robust)).toEqual([1, 0, 0, 1, 0, 1, 1])
    expect(robustAccuracy).toBeCloseTo(4 / 7, 12)
  })

  it('falls with more starts and with a larger ε, and is not above that under FGSM', async () => {
    const network = smallNetwork(8)
    const data = stripes(120, 'test')
    const ask = (more: object) => pgdAccuracy(engine, network, data, { ...usual, epsilon: 0.1, ...more })
    const [once, thrice, wide] = [await ask({}), await ask({ restarts: 3 }), await ask({ epsilon: 0.2 })]
    once.robust.forEach((value, image) => expect(thrice.robust[image]).toBeLessThanOrEqual(value))
    expect(wide.robustAccuracy).toBeLessThanOrEqual(once.robustAccuracy)
    const fgsm = await fgsmRobustness(engine, network, data, 0.1)
    expect(once.robustAccuracy).toBeLessThanOrEqual(fgsm.robustness)
    expect(once.robustAccuracy).toBeGreaterThan(0)
  })

  it('asks about the first images only where told, and ends when cancelled', async () => {
    const data = stripes(60, 'test')
    const seen: number[] = []
    const onProgress = (_restart: number, _done: number, all: number): void => void seen.push(all)
    const { robust } = await pgdAccuracy(engine, smallNetwork(8), data, { ...usual, images: 10, epsilon: 0.1, onProgress }) // prettier-ignore
    expect(robust).toHaveLength(10)
    expect(seen).toEqual([10])
    const signal = AbortSignal.abort()
    const cancelled = pgdAccuracy(engine, smallNetwork(8), data, { ...usual, epsilon: 0.1, signal })
    await expect(cancelled).rejects.toMatchObject({ code: 'job/cancelled' })
  })
})
