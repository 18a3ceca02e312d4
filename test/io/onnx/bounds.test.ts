// Bounds of imported rewrites (max pooling, LeakyRelu, Tanh, Clip, Concat, Transpose) contain what the networks compute.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBounder } from '../../../core/bounds/bounder.ts'
import { openEngine, type Engine } from '../../../core/engine/engine.ts'
import { translateOnnx } from '../../../core/io/onnx/import/import.ts'
import { evaluate64, fuseBatchNorm, sizeOf } from '../../../core/nn/index.ts'
import { pointOf } from '../../nn/random-network.ts'
import { numbers, random, smallModel, whole, type SmallModel, type Step } from './models.ts'

const between = (middle: Step, out: number): SmallModel => ({
  inputs: { x: [1, 2, 5, 5] },
  constants: {
    k: random(3, 2, 2, 2),
    s: whole(1, -1),
    d: random(out, 3),
    low: numbers([-0.2], []),
    high: numbers([0.4], []),
  },
  steps: [['Conv', ['x', 'k'], 'a'], middle, ['Reshape', ['b', 's'], 'c'], ['MatMul', ['c', 'd'], 'y']],
})

const models: Readonly<Record<string, SmallModel>> = {
  MaxPool: between(['MaxPool', ['a'], 'b', { kernel_shape: [2, 2], strides: [2, 2] }], 12),
  LeakyRelu: between(['LeakyRelu', ['a'], 'b', { alpha: { float: 0.1 } }], 48),
  Tanh: between(['Tanh', ['a'], 'b'], 48),
  Clip: between(['Clip', ['a', 'low', 'high'], 'b'], 48),
  Concat: between(['Concat', ['a', 'a'], 'b', { axis: 1 }], 96),
  Transpose: between(['Transpose', ['a'], 'b', { perm: [0, 2, 3, 1] }], 48),
  'Relu of the input itself': {
    inputs: { x: [1, 6] },
    constants: { d: random(6, 3) },
    steps: [
      ['Relu', ['x'], 'a'],
      ['MatMul', ['a', 'd'], 'y'],
    ],
  },
  'MaxPool of the input itself': {
    inputs: { x: [1, 1, 4, 4] },
    constants: { s: whole(1, -1), d: random(4, 3) },
    steps: [
      ['MaxPool', ['x'], 'a', { kernel_shape: [2, 2], strides: [2, 2] }],
      ['Reshape', ['a', 's'], 'b'],
      ['MatMul', ['b', 'd'], 'y'],
    ],
  },
}

describe('bounds', () => {
  const open: { engine?: Engine } = {}
  beforeAll(async () => {
    open.engine = await openEngine({ provider: 'cpu', threads: 1 })
  })
  afterAll(async () => open.engine?.dispose())

  it.each(Object.entries(models))('of %s', async (_name, model) => {
    const network = fuseBatchNorm(translateOnnx(smallModel(model)).network)
    const centre = pointOf(network, 1)
    const box = { lower: centre.map((value) => value - 0.2), upper: centre.map((value) => value + 0.2) }
    const identity = Float64Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? 1 : 0))
    const rows = {
      rows: 6,
      coefficients: Float64Array.from([...identity, ...identity.map((value) => -value)]),
      offsets: new Float64Array(6),
    }
    const bounder = createBounder(open.engine ?? expect.fail('no engine'), network)
    const { lower } = await bounder.outputs(box, rows, await bounder.preActivations(box))
    for (let seed = 0; seed < 50; seed++) {
      const corner = pointOf(network, seed)
      const x = centre.map((value, i) => value + 0.2 * (seed % 2 === 0 ? corner[i] : Math.sign(corner[i])))
      const y = evaluate64(network, x)
      for (let i = 0; i < 3; i++) {
        expect(y[i]).toBeGreaterThanOrEqual(lower[i])
        expect(-y[i]).toBeGreaterThanOrEqual(lower[i + 3])
      }
    }
    // Not vacuous: the width is that of a small box, not infinite.
    expect(Math.max(...[0, 1, 2].map((i) => -lower[i + 3] - lower[i]))).toBeLessThan(0.5 * sizeOf(network.inputShape))
  })
})
