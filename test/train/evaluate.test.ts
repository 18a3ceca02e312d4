// Accuracy and FGSM robustness where the answer is known in closed form.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { createNetwork, evaluate64 } from '../../core/nn/index.ts'
import { evaluateAccuracy, evaluateNetwork, fgsmRobustness } from '../../core/train/index.ts'
import { linear, parameter, points, smallNetwork, stripes } from './helpers.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine({ provider: 'cpu', threads: 1 })
})
afterAll(() => engine.dispose())

/** Class 0 where the first pixel is the larger: the margin is x₀ − x₁. */
const comparison = linear([1, 0, 0, 1])

describe('evaluateAccuracy', () => {
  it('counts the right images', async () => {
    const images = points([[0.9, 0.1], [0.2, 0.7], [0.6, 0.5], [0.1, 0.2]], [0, 1, 1, 1]) // prettier-ignore
    expect(await evaluateAccuracy(engine, comparison, images)).toBe(0.75)
  })

  it('agrees with float64 evaluation over several batches and a rest', async () => {
    const images = stripes(612, 'test')
    const network = smallNetwork(5, 3)
    const { predictions, loss } = await evaluateNetwork(engine, network, images)
    let wanted = 0
    for (let index = 0; index < images.count; index++) {
      const [a, b] = evaluate64(network, Float64Array.from(images.image(index)))
      expect(predictions[index]).toBe(Number(b > a))
      wanted += Math.log(1 + Math.exp(images.labels[index] === 0 ? b - a : a - b)) / images.count
    }
    expect(loss).toBeCloseTo(wanted, 5)
  })

  it('refuses a network that does not fit', async () => {
    const layer = {
      kind: 'dense',
      weight: parameter([3, 2], [1, 2, 3, 4, 5, 6]),
      bias: parameter([3], [0, 0, 0]),
    } as const
    const network = createNetwork({ name: 'three', inputShape: [2], nodes: [{ id: 'out', layer }] })
    await expect(evaluateAccuracy(engine, network, stripes(5, 'test'))).rejects.toMatchObject({
      code: 'model/does-not-fit-data',
      message: expect.stringContaining('2 classes') as string,
    })
  })
})

describe('fgsmRobustness', () => {
  it('flips a linear classifier exactly where the margin is at most 2ε', async () => {
    const images = points([[0.5, 0.45], [0.5, 0.25], [0.4, 0.6], [0.3, 0.8], [0.6, 0.4]], [0, 0, 1, 1, 1]) // prettier-ignore
    const result = await fgsmRobustness(engine, comparison, images, 0.11)
    expect([...result.correct]).toEqual([1, 1, 1, 1, 0])
    expect([...result.fooled]).toEqual([1, 0, 1, 0, 1])
    expect([...result.attackedClass]).toEqual([1, 0, 0, 1, 0])
    expect(result.robustness).toBeCloseTo(2 / 5, 12)
  })

  it('stays inside valid pixels', async () => {
    // x = (0.15, 0): only the first pixel can move down, the second up: margin 0.15 − 0.1 − 0.1 < 0 …
    // x = (1, 0.85) of class 1 - x₁ cannot pass 1 and x₀ is there: clipping leaves margin −(0.15) + 0.1 < 0 for class 0.
    const images = points([[0.15, 0], [1, 0.85]], [0, 0]) // prettier-ignore
    const { fooled } = await fgsmRobustness(engine, comparison, images, 0.1)
    expect([...fooled]).toEqual([1, 1])
    const clipped = await fgsmRobustness(engine, linear([-1, 0, 0, -1]), points([[0, 0.15]], [0]), 0.2)
    // Class 0 where x₀ < x₁: x₀ rises to 0.2, x₁ falls to 0 and not to −0.05.
    expect([...clipped.fooled]).toEqual([1])
    const saved = await fgsmRobustness(engine, linear([-1, 0, 0, -1], [0.22, 0]), points([[0, 0.15]], [0]), 0.2)
    expect([...saved.fooled]).toEqual([0])
  })

  it('with ε = 0 is the accuracy', async () => {
    const images = stripes(300, 'test')
    const network = smallNetwork(5, 3)
    const { robustness } = await fgsmRobustness(engine, network, images, 0)
    expect(robustness).toBe(await evaluateAccuracy(engine, network, images))
  })

  it.each([-0.1, NaN, Infinity])('refuses ε = %f', async (epsilon) => {
    await expect(fgsmRobustness(engine, comparison, stripes(5, 'test'), epsilon)).rejects.toMatchObject({
      code: 'verify/epsilon',
    })
  })
})
