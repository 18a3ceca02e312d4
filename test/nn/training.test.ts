// Batch norm in training: biased variance to normalise, unbiased for the running update, gradients through both.
import { beforeAll, describe, expect, it } from 'vitest'
import { tf, type Tensor } from '../../core/engine/tensor.ts'
import { buildArchitecture, createNetwork, forward, forwardTraining, type Layer } from '../../core/nn/index.ts'
import { from, numbers, slopesAlong, startEager } from './eager.ts'
import { pointOf, relativeDifference } from './random-network.ts'

beforeAll(startEager)

const of = (...values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) })

describe('batch norm in training', () => {
  it('follows a computation by hand, per feature', () => {
    const layer: Layer = { kind: 'batchNorm', gamma: of(2), beta: of(1), mean: of(10), variance: of(20), epsilon: 1 }
    const network = createNetwork({ name: 'bn', inputShape: [1], nodes: [{ id: 'bn', layer }] })
    // x = 0, 3, 6, 3: mean 3, biased variance 18/4 = 4.5, unbiased 18/3 = 6
    const { logits, updates } = forwardTraining(network, from([0, 3, 6, 3], [4, 1]))
    const deviation = Math.sqrt(5.5)
    expect(relativeDifference(numbers(logits), [1 - 6 / deviation, 1, 1 + 6 / deviation, 1])).toBeLessThan(1e-6)
    expect(Object.keys(updates)).toEqual(['bn.mean', 'bn.variance'])
    expect(numbers(updates['bn.mean'])[0]).toBeCloseTo(0.9 * 10 + 0.1 * 3, 5)
    expect(numbers(updates['bn.variance'])[0]).toBeCloseTo(0.9 * 20 + 0.1 * 6, 5)
  })

  it('follows a computation by hand, per channel over batch and pixels', () => {
    const layer: Layer = {
      kind: 'batchNorm',
      gamma: of(1, 1),
      beta: of(0, 5),
      mean: of(0, 0),
      variance: of(1, 1),
      epsilon: 0,
    }
    const network = createNetwork({ name: 'bn', inputShape: [2, 1, 2], nodes: [{ id: 'bn', layer }] })
    // channel 0: 1, 3, 1, 3 (mean 2, var 1, unbiased 4/3); channel 1: 0, 4, 0, 4 (mean 2, var 4, unbiased 16/3)
    const { logits, updates } = forwardTraining(network, from([1, 3, 0, 4, 1, 3, 0, 4], [2, 2, 1, 2]))
    expect(relativeDifference(numbers(logits), [-1, 1, 4, 6, -1, 1, 4, 6])).toBeLessThan(1e-6)
    expect(relativeDifference(numbers(updates['bn.mean']), [0.2, 0.2])).toBeLessThan(1e-6)
    expect(relativeDifference(numbers(updates['bn.variance']), [0.9 + 0.4 / 3, 0.9 + 1.6 / 3])).toBeLessThan(1e-6)
  })

  it('evaluates with the running statistics unless training is asked for', () => {
    const network = buildArchitecture('net1', [4], 1)
    const x = from([1, 2, 3, 4, 4, 3, 2, 1], [2, 4])
    const trained = numbers(forward(network, x, {}, { training: true }))
    expect(relativeDifference(trained, numbers(forwardTraining(network, x).logits))).toBe(0)
    expect(relativeDifference(trained, numbers(forward(network, x)))).toBeGreaterThan(0.01)
  })

  it('refuses a batch that has one value per channel', () => {
    const network = buildArchitecture('net1', [4], 1)
    expect(() => forwardTraining(network, from([1, 2, 3, 4], [1, 4]))).toThrow(/single value per channel/)
  })

  it('has first and second gradients through the batch statistics', () => {
    const network = buildArchitecture('sigmoidCnn', [1, 8, 8], 3, { batchNorm: true, classes: 3 })
    const points = [pointOf(network, 1), pointOf(network, 2), pointOf(network, 3)]
    const x = from(
      points.flatMap((point) => Array.from(point)),
      [3, 1, 8, 8],
    )
    const weights = from([1, -2, 3, 0.5, 2, -1, 1, 1, -3], [3, 3])
    const loss = (input: Tensor): Tensor => tf.sum(tf.square(tf.mul(forwardTraining(network, input).logits, weights)))
    const energy = (input: Tensor): Tensor => tf.sum(tf.square(tf.grad(loss)(input)))
    const direction = Float32Array.from({ length: x.size }, (_, i) => Math.sin(i))
    for (const f of [loss, energy]) {
      const { analytic, numeric } = slopesAlong(f, x, direction, 5e-3)
      expect(Math.abs(analytic - numeric) / Math.abs(numeric)).toBeLessThan(1e-2)
    }
  })
})
