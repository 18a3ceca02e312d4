// Tensor functions of the layers on TensorFlow.js' CPU backend: values, intervals, the grafted rule, second order.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { SeededRandom } from '../../core/data/random.ts'
import { tf, type Tensor } from '../../core/engine/tensor.ts'
import {
  activationNodes,
  buildArchitecture,
  createNetwork,
  evaluate64,
  evaluateNodes64,
  forward,
  forwardIntervals,
  forwardNodes,
  type Layer,
} from '../../core/nn/index.ts'
import { from, numbers, slopesAlong, startEager } from './eager.ts'
import { blocks, networkOf, pointOf, randomPlan, relativeDifference } from './random-network.ts'

beforeAll(startEager)

describe('forward', () => {
  it('equals the float64 evaluation at every node of random networks, in batches', () => {
    const seen = new Set<Layer['kind']>()
    fc.assert(
      fc.property(randomPlan, (plan) => {
        const network = networkOf(plan)
        for (const { layer } of network.nodes) seen.add(layer.kind)
        const points = [pointOf(network, 1), pointOf(network, 2)]
        const x = from([...points[0], ...points[1]], [2, ...network.inputShape])
        const nodes = tf.tidy(() => forwardNodes(network, x))
        const exact = points.map((point) => evaluateNodes64(network, point))
        for (const [id, value] of Object.entries(nodes)) {
          const expected = exact.flatMap((values) => Array.from(values.get(id) ?? []))
          expect(relativeDifference(numbers(value), expected), id).toBeLessThan(1e-5)
        }
        tf.dispose(nodes)
      }),
      { numRuns: 100 },
    )
    expect([...seen].sort()).toEqual(Object.keys(blocks).sort())
  })

  it.each(['net1', 'cnnB', 'resnet4b', 'sigmoidCnn'] as const)('equals the float64 evaluation of %s', (name) => {
    const network = buildArchitecture(name, [3, 32, 32], 5, {
      normalisation: { mean: [0.5, 0.4, 0.3], deviation: [0.2, 0.3, 0.4] },
    })
    const x = pointOf(network, 4)
    const logits = tf.tidy(() => forward(network, from(x, [1, 3, 32, 32])))
    expect(relativeDifference(numbers(logits), evaluate64(network, x))).toBeLessThan(1e-5)
  })

  it('takes parameters given as tensors', () => {
    const network = buildArchitecture('net1', [4], 1)
    const bias = from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [10])
    const weight = tf.zeros([10, 16])
    const logits = forward(network, from([1, 2, 3, 4], [1, 4]), { 'dense4.bias': bias, 'dense4.weight': weight })
    expect(numbers(logits)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
})

describe('intervals', () => {
  it('contain every node of points sampled from the box', () => {
    fc.assert(
      fc.property(randomPlan, fc.double({ min: 0, max: 0.5, noNaN: true }), (plan, radius) => {
        const network = networkOf(plan)
        const centre = pointOf(network, 1)
        const shape = [1, ...network.inputShape]
        const lower = from(
          centre.map((value) => value - radius),
          shape,
        )
        const upper = from(
          centre.map((value) => value + radius),
          shape,
        )
        const boxes = forwardIntervals(network, { lower, upper })
        const random = new SeededRandom(plan.seed).fork('samples')
        for (let sample = 0; sample < 5; sample++) {
          const point = centre.map((value) => value + radius * (sample < 2 ? 2 * sample - 1 : random.between(-1, 1)))
          for (const [id, value] of evaluateNodes64(network, point)) {
            const low = numbers(boxes[id].lower)
            const high = numbers(boxes[id].upper)
            const slack = 1e-5 * value.reduce((largest, each) => Math.max(largest, Math.abs(each)), 1)
            expect(
              value.every((each, i) => each >= low[i] - slack && each <= high[i] + slack),
              id,
            ).toBe(true)
          }
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('the grafted rule of spec A.4', () => {
  const layer = (mask: number[]): Layer => ({
    kind: 'graftedRelu',
    mask: { shape: [6], data: Float32Array.from(mask) },
    slope: { shape: [6], data: new Float32Array(6).fill(0.4) },
    intercept: { shape: [6], data: new Float32Array(6).fill(0.1) },
  })
  const z = [-1, 0, 2, -1, 0, 2]
  const network = createNetwork({
    name: 'graft',
    inputShape: [6],
    nodes: [{ id: 'g', layer: layer([0, 0, 0, 1, 1, 1]) }],
  })
  const run = (x: Tensor, slope: Tensor, intercept: Tensor) =>
    forward(network, x, { 'g.slope': slope, 'g.intercept': intercept })
  const inputs = () => [from(z, [1, 6]), tf.fill([6], 0.4), tf.fill([6], 0.1)]

  it('dy/dz = m a + (1 - m) [z >= 0], dy/da = m z, dy/db = m', () => {
    const [dz, da, db] = tf.grads((...tensors: Tensor[]) => tf.sum(run(tensors[0], tensors[1], tensors[2])))(inputs())
    expect(numbers(dz).map((value) => Math.round(value * 1e6) / 1e6)).toEqual([0, 1, 1, 0.4, 0.4, 0.4])
    expect(numbers(da).map((value) => value + 0)).toEqual([0, 0, 0, -1, 0, 2])
    expect(numbers(db)).toEqual([0, 0, 0, 1, 1, 1])
  })

  it('differentiates twice: d/da of |dy/dz|^2 is 2 m a', () => {
    const [x, slope, intercept] = inputs()
    const [, da] = tf.grads((...tensors: Tensor[]) => {
      const dz = tf.grad((point: Tensor) => tf.sum(run(point, tensors[1], intercept)))(tensors[0])
      return tf.sum(tf.square(dz))
    })([x, slope])
    expect(numbers(da).map((value) => Math.round(value * 1e5) / 1e5)).toEqual([0, 0, 0, 0.8, 0.8, 0.8])
  })

  it('is the plain ReLU network with mask 0', () => {
    const plain = createNetwork({ name: 'relu', inputShape: [6], nodes: [{ id: 'r', layer: { kind: 'relu' } }] })
    const masked = createNetwork({
      name: 'graft',
      inputShape: [6],
      nodes: [{ id: 'g', layer: layer([0, 0, 0, 0, 0, 0]) }],
    })
    const x = from(z, [1, 6])
    expect(numbers(forward(masked, x)).map((value) => value + 0)).toEqual(numbers(forward(plain, x)))
  })

  it('is affine with mask 1, slope 1, intercept 0', () => {
    const base = buildArchitecture('net1', [4], 3)
    const grafts = new Map(
      activationNodes(base).map(({ node, neurons }) => {
        const filled = (value: number) => ({ shape: [neurons], data: new Float32Array(neurons).fill(value) })
        const graft: Layer = { kind: 'graftedRelu', mask: filled(1), slope: filled(1), intercept: filled(0) }
        return [node.id, graft]
      }),
    )
    const affine = createNetwork({
      ...base,
      nodes: base.nodes.map((node) => ({ ...node, layer: grafts.get(node.id) ?? node.layer })),
    })
    const [p, q] = [pointOf(affine, 1), pointOf(affine, 2)]
    const middle = evaluate64(
      affine,
      p.map((value, i) => (value + q[i]) / 2),
    )
    const mean = evaluate64(affine, p).map((value, i) => (value + evaluate64(affine, q)[i]) / 2)
    expect(relativeDifference(middle, mean)).toBeLessThan(1e-14)
  })
})

describe('second order', () => {
  it.each(['conv', 'sigmoid', 'residual'] as const)('differentiates |dL/dx|^2 through %s networks', (which) => {
    const steps = {
      conv: ['conv2d', 'batchNorm', 'sigmoid', 'avgPool', 'flatten', 'dense', 'sigmoid'],
      sigmoid: ['affine', 'sigmoid', 'conv2d', 'graftedRelu', 'sigmoid'],
      residual: ['sigmoid', 'batchNorm', 'add', 'sigmoid', 'flatten', 'affine'],
    } as const
    const network = networkOf({
      inputShape: [2, 5, 4],
      steps: steps[which].map((kind) => ({ kind, choice: 1 })),
      seed: 3,
    })
    const x = from(
      pointOf(network, 1).map((value) => Math.abs(value)),
      [1, 2, 5, 4],
    )
    const energy = (point: Tensor): Tensor => {
      const loss = (input: Tensor): Tensor => tf.mean(tf.square(forward(network, input)))
      return tf.sum(tf.square(tf.grad(loss)(point)))
    }
    const { analytic, numeric } = slopesAlong(energy, x, pointOf(network, 9), 1e-2)
    expect(Math.abs(analytic - numeric)).toBeLessThan(5e-3 * Math.max(Math.abs(numeric), 1e-2))
  })
})
