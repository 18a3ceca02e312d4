// Attacks of training stay inside ball and pixels and raise the loss; GradAlign and TRADES on numbers worked out by hand.
import { beforeAll, describe, expect, it } from 'vitest'
import { SeededRandom } from '../../../core/data/random.ts'
import { tf, type Tensor } from '../../../core/engine/tensor.ts'
import { forward } from '../../../core/nn/index.ts'
import { crossEntropySum, oneHot } from '../../../core/train/loss.ts'
import { crossEntropyGoal, projectedAscent } from '../../../core/train/methods/attack.ts'
import { gradientMisalignment, misalignment } from '../../../core/train/methods/grad-align.ts'
import type { StepContext } from '../../../core/train/methods/method.ts'
import { divergence } from '../../../core/train/methods/trades.ts'
import { drawNoise } from '../../../core/train/noise.ts'
import { from, numbers, startEager } from '../../nn/eager.ts'
import { linear } from '../helpers.ts'
import { tinyNetwork } from './support.ts'

beforeAll(startEager)

const batch = 12
const epsilon = 0.1

function contextOf(seed: number): StepContext {
  const random = new SeededRandom(seed)
  const pixels = Array.from({ length: batch * 16 }, () =>
    random.uniform() < 0.2 ? random.integer(2) : random.uniform(),
  )
  const noise = drawNoise({ seed, epoch: 1, batch: 0 }, 2, batch * 16)
  const labels = Array.from({ length: batch }, () => random.integer(3))
  return {
    network: tinyNetwork(seed),
    images: from(pixels, [batch, 1, 4, 4]),
    targets: from(Array.from(oneHot(labels, 3)), [batch, 3]),
    current: {},
    noise: noise.map((values) => from(Array.from(values), [batch, 1, 4, 4])),
    dials: {},
    epsilon,
  }
}

const lossAt = ({ network, targets }: StepContext, x: Tensor): number =>
  numbers(crossEntropySum(forward(network, x), targets))[0]

describe('attacks in training', () => {
  it.each([
    ['FGSM from a random start', 1, 1.25],
    ['PGD', 7, 2.5 / 7],
    ['a step far too long', 1, 40],
  ])('%s stays in ball and pixels and raises the loss', (_name, steps, stepSize) => {
    for (const seed of [1, 2, 3]) {
      const context = contextOf(seed)
      const attacked = projectedAscent(context, crossEntropyGoal(context), { steps, stepSize })
      const [before, after] = [numbers(context.images), numbers(attacked)]
      for (let i = 0; i < before.length; i++) {
        expect(Math.abs(after[i] - before[i])).toBeLessThanOrEqual(epsilon * (1 + 1e-5))
        expect(after[i]).toBeGreaterThanOrEqual(0)
        expect(after[i]).toBeLessThanOrEqual(1)
      }
      expect(lossAt(context, attacked)).toBeGreaterThan(lossAt(context, context.images))
    }
  })

  it('on a linear model find the worst corner: x + ε·sign of the other class', () => {
    const context: StepContext = {
      ...contextOf(1),
      network: linear([1, -2, 0, 0]),
      images: from([0.5, 0.5], [1, 2]),
      targets: from([1, 0], [1, 2]),
      noise: [from([0.3, 0.9], [1, 2])],
    }
    const attacked = numbers(projectedAscent(context, crossEntropyGoal(context), { steps: 1, stepSize: 2 }))
    expect(attacked[0]).toBeCloseTo(0.4, 6)
    expect(attacked[1]).toBeCloseTo(0.6, 6)
  })

  it('draw other noise for another epoch, batch or seed, and the same for the same', () => {
    const at = { seed: 1, epoch: 1, batch: 0 }
    const draw = (place: typeof at): string => drawNoise(place, 2, 50).map((values) => values.join()).join(';') // prettier-ignore
    expect(draw(at)).toBe(draw(at))
    const others = [
      { ...at, seed: 2 },
      { ...at, epoch: 2 },
      { ...at, batch: 1 },
    ].map(draw)
    expect(new Set([...others, draw(at)]).size).toBe(4)
    const [first, second] = drawNoise(at, 2, 10_000)
    expect(first.join()).not.toBe(second.join())
    expect(Math.min(...first)).toBeLessThan(-0.999)
    expect(Math.max(...first)).toBeGreaterThan(0.999)
    expect(first.reduce((sum, value) => sum + value, 0) / first.length).toBeCloseTo(0, 1)
  })
})

describe('gradient alignment', () => {
  it('is 1 − mean cosine, images without a gradient left out', () => {
    const a = from([1, 0, 3, 4, 0, 0, 1, 1], [4, 2])
    const b = from([0, 2, 3, 4, 1, 0, 0, 0], [4, 2])
    expect(numbers(misalignment(a, b))[0]).toBeCloseTo(1 - (0 + 1) / 2, 6)
  })

  it('is 0 where no image has a gradient, and its gradient is no NaN', () => {
    const zeros = from([0, 0, 0, 0], [2, 2])
    expect(numbers(misalignment(zeros, zeros))[0]).toBe(0)
    const gradient = numbers(tf.grad((b: Tensor) => misalignment(from([1, 2, 0, 0], [2, 2]), b))(zeros))
    expect(Array.from(gradient)).toEqual([0, 0, 0, 0])
  })

  it('is exact for gradients too short to square', () => {
    const [a, b] = [from([3e-11, 4e-11], [1, 2]), from([4e-11, 3e-11], [1, 2])]
    expect(numbers(misalignment(a, b))[0]).toBeCloseTo(1 - 24 / 25, 5)
  })

  it('is 0 for two classes of a linear model, whose gradients all point one way', () => {
    const context: StepContext = {
      ...contextOf(1),
      network: linear([1, -2, 0.5, 1]),
      images: from([0.5, 0.5, 0.1, 0.9], [2, 2]),
      targets: from([1, 0, 0, 1], [2, 2]),
    }
    const near = from([0.53, 0.41, 0.15, 0.95], [2, 2])
    const clean = tf.grad((x: Tensor) => crossEntropySum(forward(context.network, x), context.targets))(context.images)
    expect(numbers(gradientMisalignment(context, {}, clean, near))[0]).toBeCloseTo(0, 5)
  })
})

describe('the divergence of TRADES', () => {
  it('is the Kullback–Leibler divergence of the softmaxes, summed over images', () => {
    const p = from([0, 0, 1, 1], [2, 2])
    const q = from([Math.log(3), 0, 2, 2], [2, 2])
    // ½ log(½ / ¾) + ½ log(½ / ¼), and 0 for the second image.
    expect(numbers(divergence(p, q))[0]).toBeCloseTo(0.5 * Math.log(2 / 3) + 0.5 * Math.log(2), 6)
    expect(numbers(divergence(q, q))[0]).toBeCloseTo(0, 6)
  })
})
