// The network inside engine programs on ONNX Runtime: forward, intervals, training and adjoints, in both precisions.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngine, type Engine, type Precision } from '../../core/engine/engine.ts'
import { tf, type Tensor } from '../../core/engine/tensor.ts'
import {
  activationNodes,
  adjoint,
  buildArchitecture,
  createNetwork,
  evaluate64,
  evaluateNodes64,
  forward,
  forwardIntervals,
  forwardTraining,
  fuseBatchNorm,
  networkHash,
  type Layer,
  type Network,
} from '../../core/nn/index.ts'
import { dot } from './eager.ts'
import { networkOf, pointOf, relativeDifference } from './random-network.ts'

const kinds = ['affine', 'conv2d', 'batchNorm', 'graftedRelu', 'gather', 'avgPool', 'sigmoid', 'add', 'relu'] as const
const everyKind = networkOf({ inputShape: [2, 6, 5], steps: kinds.map((kind) => ({ kind, choice: 1 })), seed: 5 })

const networks: readonly [string, Network][] = [
  ['every kind', everyKind],
  ['net1', buildArchitecture('net1', [1, 28, 28], 1)],
  ['convSmall', buildArchitecture('convSmall', [1, 28, 28], 1)],
  [
    'cnnB',
    buildArchitecture('cnnB', [3, 32, 32], 1, { normalisation: { mean: [0.4, 0.5, 0.4], deviation: [0.2, 0.2, 0.3] } }),
  ],
  ['resnet4b', buildArchitecture('resnet4b', [3, 32, 32], 1, { batchNorm: true })],
  ['sigmoidCnn', buildArchitecture('sigmoidCnn', [3, 32, 32], 1)],
]

describe.each<[Precision, number]>([
  ['float32', 1e-5],
  ['float64', 1e-12],
])('in %s', (precision, tolerance) => {
  const open: { engine?: Engine } = {}
  const engine = (): Engine => open.engine ?? expect.fail('no engine')
  beforeAll(async () => {
    open.engine = await openEngine({ provider: 'cpu', precision, threads: 1 })
  })
  afterAll(async () => open.engine?.dispose())
  const array = (values: ArrayLike<number>) =>
    precision === 'float32' ? Float32Array.from(values) : Float64Array.from(values)

  it.each(networks)('forward of %s equals evaluate64, fused or not', async (name, original) => {
    for (const network of [original, fuseBatchNorm(original)]) {
      const program = await engine().compile({
        name,
        key: networkHash(network),
        inputs: { x: { shape: [2, ...network.inputShape] } },
        build: ({ x }) => ({ logits: forward(network, x) }),
      })
      const points = [pointOf(network, 1), pointOf(network, 2)]
      const { logits } = await program.run({ x: array(points.flatMap((point) => Array.from(point))) })
      const expected = points.flatMap((point) => Array.from(evaluate64(original, point)))
      expect(relativeDifference(logits, expected)).toBeLessThan(tolerance)
    }
  })

  it('intervals contain the nodes of a point and collapse on a point', async () => {
    const shape = [1, ...everyKind.inputShape]
    const program = await engine().compile({
      name: 'intervals',
      key: networkHash(everyKind),
      inputs: { lower: { shape }, upper: { shape } },
      build: ({ lower, upper }) => {
        const boxes = forwardIntervals(everyKind, { lower, upper })
        return Object.fromEntries(
          everyKind.nodes.flatMap(({ id }) => [
            [`${id}_lower`, boxes[id].lower],
            [`${id}_upper`, boxes[id].upper],
          ]),
        )
      },
    })
    const point = pointOf(everyKind, 3)
    const values = evaluateNodes64(everyKind, point)
    for (const radius of [0, 0.1]) {
      const bounds = await program.run({
        lower: array(point.map((v) => v - radius)),
        upper: array(point.map((v) => v + radius)),
      })
      for (const { id } of everyKind.nodes) {
        const [lower, upper, value] = [
          bounds[`${id}_lower`],
          bounds[`${id}_upper`],
          values.get(id) ?? new Float64Array(),
        ]
        if (radius === 0) expect(relativeDifference(lower, upper)).toBeLessThan(tolerance)
        if (radius === 0) expect(relativeDifference(lower, value)).toBeLessThan(tolerance)
        expect(
          value.every((v, i) => v >= lower[i] - 20 * tolerance && v <= upper[i] + 20 * tolerance),
          id,
        ).toBe(true)
      }
    }
  })

  it('trains with batch statistics and gives parameter gradients', async () => {
    const network = buildArchitecture('convSmall', [1, 28, 28], 2, { batchNorm: true })
    const count = 3
    const program = await engine().compile({
      name: 'training step',
      key: networkHash(network),
      inputs: { x: { shape: [count, 1, 28, 28] }, bias: { shape: [10] } },
      build: ({ x, bias }) => {
        const updates: Record<string, Tensor> = {}
        const loss = (b: Tensor): Tensor => {
          const step = forwardTraining(network, x, { 'dense2.bias': b })
          updates['bn1.mean'] = tf.keep(step.updates['bn1.mean'])
          return tf.sum(tf.square(step.logits))
        }
        const gradient = tf.grad(loss)(bias)
        return {
          gradient,
          mean: updates['bn1.mean'],
          logits: forward(network, x, { 'dense2.bias': bias }, { training: true }),
        }
      },
    })
    const points = [1, 2, 3].map((seed) => pointOf(network, seed))
    const out = await program.run({
      x: array(points.flatMap((point) => Array.from(point))),
      bias: array(new Float64Array(10).fill(0.5)),
    })
    const sums = Array.from({ length: 10 }, (_, c) => 2 * (out.logits[c] + out.logits[10 + c] + out.logits[20 + c]))
    expect(relativeDifference(out.gradient, sums)).toBeLessThan(tolerance)
    const channels = Array.from({ length: 16 }, (_, channel) => {
      const convolved = points.map(
        (point) =>
          evaluateNodes64(network, point)
            .get('conv1')
            ?.slice(channel * 169, (channel + 1) * 169) ?? [],
      )
      return (0.1 * convolved.flatMap((plane) => Array.from(plane)).reduce((sum, v) => sum + v, 0)) / (count * 169)
    })
    expect(relativeDifference(out.mean, channels)).toBeLessThan(tolerance)
  })

  it('pulls rows back through a convolution', async () => {
    const { layer, shape } = buildArchitecture('cnnB', [3, 8, 8], 1).nodes[0]
    if (layer.kind !== 'conv2d') expect.fail('not a convolution')
    const program = await engine().compile({
      name: 'adjoint',
      key: 'cnnB',
      inputs: { rows: { shape: [2, ...shape] } },
      build: ({ rows }) => {
        const { coefficients, constant } = adjoint(layer, rows, [[3, 8, 8]])
        return { coefficients: coefficients[0], constant }
      },
    })
    const network = createNetwork({ name: 'conv', inputShape: [3, 8, 8], nodes: [{ id: 'c', layer }] })
    const x = pointOf(network, 1)
    const value = evaluate64(network, x)
    const rows = Float64Array.from({ length: 2 * value.length }, (_, i) => Math.fround(Math.sin(i)))
    const { coefficients, constant } = await program.run({ rows: array(rows) })
    const back = [0, 1].map((row) => dot(coefficients.slice(row * 192, (row + 1) * 192), x) + constant[row])
    const through = [0, 1].map((row) => dot(rows.slice(row * value.length, (row + 1) * value.length), value))
    expect(relativeDifference(back, through)).toBeLessThan(tolerance)
  })
})

it('the every-kind network has every kind', () => {
  const present = new Set<Layer['kind']>(everyKind.nodes.map(({ layer }) => layer.kind))
  expect(present.size).toBe(11)
  expect(activationNodes(everyKind)).toHaveLength(4)
})

it('has exact second derivatives through convolution, batch statistics, grafts, sums and pooling, in float64', async () => {
  const steps = [
    'sigmoid',
    'conv2d',
    'batchNorm',
    'sigmoid',
    'graftedRelu',
    'add',
    'avgPool',
    'affine',
    'flatten',
    'dense',
  ] as const
  const network = networkOf({ inputShape: [2, 6, 5], steps: steps.map((kind) => ({ kind, choice: 1 })), seed: 5 })
  const engine = await openEngine({ provider: 'cpu', precision: 'float64', threads: 1 })
  const program = await engine.compile({
    name: 'second order',
    key: networkHash(network),
    inputs: { x: { shape: [2, 2, 6, 5] } },
    build: ({ x }) => {
      const loss = (point: Tensor): Tensor => tf.sum(tf.square(forwardTraining(network, point).logits))
      const energy = (point: Tensor): Tensor => tf.sum(tf.square(tf.grad(loss)(point)))
      const { value, grad } = tf.valueAndGrad((point: Tensor) => tf.reshape<tf.Rank.R0>(energy(point), []))(x)
      return { value, grad }
    },
  })
  const x = Float64Array.from([...pointOf(network, 1), ...pointOf(network, 2)])
  const direction = x.map((_, i) => Math.sin(i))
  const step = 1e-5
  const at = async (sign: number): Promise<number> => {
    const { value } = await program.run({ x: x.map((each, i) => each + sign * step * direction[i]) })
    return value[0]
  }
  const numeric = ((await at(1)) - (await at(-1))) / (2 * step)
  const { grad } = await program.run({ x })
  expect(Math.abs(numeric)).toBeGreaterThan(0.1)
  expect(dot(grad, direction) / numeric).toBeCloseTo(1, 6)
  await engine.dispose()
})
