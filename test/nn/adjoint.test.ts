// The adjoint of every affine kind: <Λ, f(x)> equals <coefficients, x> + constant, and the gradient of forward.
import { beforeAll, describe, expect, it } from 'vitest'
import { SeededRandom } from '../../core/data/random.ts'
import { tf, type Tensor } from '../../core/engine/tensor.ts'
import {
  adjoint,
  constantParameters,
  layerRules,
  ruleOf,
  sizeOf,
  type AffineKind,
  type Layer,
  type LayerOf,
  type Parameter,
  type Shape,
} from '../../core/nn/index.ts'
import { dot, from, numbers, startEager } from './eager.ts'
import { relativeDifference } from './random-network.ts'

beforeAll(startEager)

const random = new SeededRandom(11)
const draw = (shape: Shape, low = -1): Parameter => ({
  shape,
  data: Float32Array.from({ length: sizeOf(shape) }, () => random.between(low, 1)),
})

const norm = (channels: number): Layer => ({
  kind: 'batchNorm',
  gamma: draw([channels]),
  beta: draw([channels]),
  mean: draw([channels]),
  variance: draw([channels], 0.1),
  epsilon: 1e-3,
})

const cases: { readonly [K in AffineKind]: readonly [Layer, Shape][] } = {
  dense: [[{ kind: 'dense', weight: draw([4, 6]), bias: draw([4]) }, [6]]],
  conv2d: [
    [{ kind: 'conv2d', weight: draw([4, 2, 3, 2]), bias: draw([4]), strides: [2, 1], pads: [1, 0, 2, 1] }, [2, 6, 5]],
    [{ kind: 'conv2d', weight: draw([2, 3, 2, 2]), bias: draw([2]), strides: [2, 3], pads: [0, 0, 0, 0] }, [3, 5, 6]],
    [{ kind: 'conv2d', weight: draw([3, 1, 5, 5]), bias: draw([3]), strides: [2, 2], pads: [1, 1, 2, 2] }, [1, 8, 8]],
  ],
  batchNorm: [
    [norm(5), [5]],
    [norm(3), [3, 2, 4]],
  ],
  affine: [
    [{ kind: 'affine', scale: draw([5]), shift: draw([5]) }, [5]],
    [{ kind: 'affine', scale: draw([3]), shift: draw([3]) }, [3, 2, 4]],
  ],
  flatten: [[{ kind: 'flatten' }, [3, 2, 4]]],
  gather: [
    [{ kind: 'gather', shape: [4, 3, 2], indices: null }, [3, 2, 4]],
    [{ kind: 'gather', shape: [6], indices: [5, 0, 3, 3, 3, 11] }, [3, 4]],
    [{ kind: 'gather', shape: [2, 2, 2], indices: [7, 6, 5, 4, 3, 2, 1, 0] }, [8]],
  ],
  add: [[{ kind: 'add' }, [3, 2, 4]]],
  avgPool: [
    [{ kind: 'avgPool', kernel: [2, 3], strides: [2, 1], pads: [1, 0, 0, 1] }, [2, 5, 4]],
    [{ kind: 'avgPool', kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] }, [2, 4, 4]],
  ],
}

const rows = 3
const flat = Object.values(cases).flat()

describe.each(flat.map(([layer, shape]) => [layer.kind, shape, layer] as const))(
  'adjoint of %s on %j',
  (_kind, shape, layer) => {
    const rule = ruleOf(layer)
    const inputShapes = Array.from({ length: rule.arity }, () => shape)
    const inputs = inputShapes.map((each) => draw([1, ...each]))
    const outShape = rule.outputShape(layer, inputShapes, (what) => expect.fail(what))
    const outgoing = draw([rows, ...outShape])

    it('gives the same number as the layer', () => {
      const value = rule.forward(
        layer,
        inputs.map(({ data, shape: each }) => from(data, each)),
        constantParameters(layer),
      )
      const pulled = adjoint(layer as LayerOf<AffineKind>, from(outgoing.data, outgoing.shape), inputShapes)
      expect(pulled.constant.shape).toEqual([rows])
      const size = sizeOf(outShape)
      const through = Array.from({ length: rows }, (_, row) =>
        dot(outgoing.data.subarray(row * size, (row + 1) * size), numbers(value)),
      )
      const back = Array.from({ length: rows }, (_, row) => {
        const parts = pulled.coefficients.map((coefficients, i) => {
          const stride = sizeOf(inputShapes[i])
          return dot(numbers(coefficients).slice(row * stride, (row + 1) * stride), inputs[i].data)
        })
        return parts.reduce((sum, part) => sum + part, numbers(pulled.constant)[row])
      })
      expect(relativeDifference(back, through)).toBeLessThan(1e-5)
    })

    it('is the gradient of forward', () => {
      const repeated = inputs.map(({ data }, i) =>
        tf.tile(from(data, [1, ...inputShapes[i]]), [rows, ...inputShapes[i].map(() => 1)]),
      )
      const gradients = tf.grads((...points: Tensor[]) => rule.forward(layer, points, constantParameters(layer)))(
        repeated,
        from(outgoing.data, outgoing.shape),
      )
      const pulled = adjoint(layer as LayerOf<AffineKind>, from(outgoing.data, outgoing.shape), inputShapes)
      for (const [i, gradient] of gradients.entries()) {
        expect(pulled.coefficients[i].shape).toEqual(gradient.shape)
        expect(relativeDifference(numbers(pulled.coefficients[i]), numbers(gradient))).toBeLessThan(1e-5)
      }
    })
  },
)

it('covers every kind with an adjoint', () => {
  const kinds = Object.entries(layerRules).filter(([, rule]) => 'adjoint' in rule)
  expect(Object.keys(cases).sort()).toEqual(kinds.map(([kind]) => kind).sort())
})
