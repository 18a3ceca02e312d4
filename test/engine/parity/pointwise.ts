// Parity cases of the kernels that work entry by entry.
import { scalar } from '../../../core/engine/engine.ts'
import { tf } from '../../../core/engine/tensor.ts'
import type { Tensor } from '../../../core/engine/tensor.ts'
import { bools, floats, ints, parityTable } from './case.ts'
import type { CaseInput, ParityCase } from './case.ts'

type Binary = (a: Tensor, b: Tensor) => Tensor

/** Same shapes, a row against a matrix, both broadcast, a number on either side. */
function binary(run: Binary, order: 0 | 1 | 2, low = -2, high = 2): readonly ParityCase[] {
  const shapes: readonly (readonly [string, readonly number[], readonly number[]])[] = [
    ['same shapes', [2, 3], [2, 3]],
    ['row', [2, 3], [3]],
    ['both broadcast', [2, 1, 3], [4, 1]],
    ['scalar', [], [2, 2]],
  ]
  const cases = shapes.map(([title, a, b]) => ({
    title,
    inputs: { a: floats(a, low, high), b: floats(b, low, high, 50) },
    run: ({ a: left, b: right }: Readonly<Record<string, Tensor>>) => [run(left, right)],
    order,
  }))
  const byNumber: ParityCase = {
    title: 'numbers repeated all over',
    inputs: { x: floats([2, 3], 0.3, 2) },
    run: ({ x }) => [
      run(x, tf.onesLike(x)),
      run(tf.fill([2, 3], 1.25), x),
      run(x, scalar(1)),
      run(tf.fill([2, 1], 3), tf.fill([1, 3], 2)),
    ],
    order,
  }
  return [...cases, byNumber]
}

function whole(run: Binary): ParityCase {
  return {
    title: 'int32',
    inputs: { a: ints([5], [7, -7, 8, -9, 3]), b: ints([5], [2, 2, -3, -4, 5]) },
    run: ({ a, b }) => [run(a, b)],
    order: 0,
  }
}

function unary(run: (x: Tensor) => Tensor, order: 0 | 1 | 2, low = -2, high = 2, extra: Partial<ParityCase> = {}) {
  return [{ title: 'entries', inputs: { x: floats([3, 4], low, high) }, run: one(run), order, ...extra }]
}

const one = (run: (x: Tensor) => Tensor) => (inputs: Readonly<Record<string, Tensor>>) => [run(inputs.x)]

/** The values where a function changes its mind, compared without derivatives. */
function edges(run: (x: Tensor) => Tensor, values = [0, -0, 1, -1, Infinity, -Infinity, NaN]): ParityCase {
  const x: CaseInput = { shape: [values.length], data: Float32Array.from(values) }
  return { title: 'edges', inputs: { x }, run: one(run), order: 0 }
}

const pair = (): Readonly<Record<string, CaseInput>> => ({ a: ints([4], [1, 2, 3, 4]), b: ints([4], [4, 2, 3, 1]) })

function comparison(run: Binary): readonly ParityCase[] {
  return [
    {
      title: 'floats that are equal, and not',
      inputs: {
        a: { shape: [4], data: Float32Array.of(1, 2, NaN, 4) },
        b: { shape: [2, 1], data: Float32Array.of(2, 4) },
      },
      run: ({ a, b }) => [run(a, b)],
      order: 0,
    },
    { title: 'int32', inputs: pair(), run: ({ a, b }) => [run(a, b)], order: 0 },
  ]
}

const truths = (): Readonly<Record<string, CaseInput>> => ({ a: bools([4], [0, 0, 1, 1]), b: bools([2, 1], [0, 1]) })

function logical(run: Binary): readonly ParityCase[] {
  return [{ title: 'every pair', inputs: truths(), run: ({ a, b }) => [run(a, b)], order: 0 }]
}

const strange = (run: (x: Tensor) => Tensor): readonly ParityCase[] => [edges(run)]

export const pointwiseCases = parityTable({
  Add: [...binary(tf.add, 2), whole(tf.add)],
  Sub: [...binary(tf.sub, 2), whole(tf.sub)],
  Multiply: [...binary(tf.mul, 2), whole(tf.mul)],
  RealDiv: binary(tf.div, 2, 0.4, 2),
  FloorDiv: [...binary(tf.floorDiv, 0), whole(tf.floorDiv)],
  Mod: [...binary(tf.mod, 1, 0.4, 3), whole(tf.mod)],
  Maximum: [...binary(tf.maximum, 2), whole(tf.maximum)],
  Minimum: [...binary(tf.minimum, 2), whole(tf.minimum)],
  Pow: binary(tf.pow, 2, 0.3, 2),
  SquaredDifference: binary(tf.squaredDifference, 2),
  AddN: [
    {
      title: 'three terms',
      inputs: { a: floats([2, 3]), b: floats([2, 3], -1, 1, 9), c: floats([2, 3], 0, 1, 20) },
      run: ({ a, b, c }) => [tf.addN([a, b, c]), tf.addN([a])],
      order: 2,
    },
  ],
  Neg: unary(tf.neg, 2),
  Abs: [...unary(tf.abs, 2), edges(tf.abs)],
  Sign: [...unary(tf.sign, 2), edges(tf.sign, [0, 1, -1, Infinity, -Infinity])],
  Floor: [...unary(tf.floor, 1), edges(tf.floor)],
  Ceil: [...unary(tf.ceil, 1), edges(tf.ceil)],
  Round: [...unary(tf.round, 1), edges(tf.round, [0.5, 1.5, 2.5, -0.5, -1.5, 0.49999997])],
  Exp: unary(tf.exp, 2),
  Expm1: [...unary(tf.expm1, 2), edges(tf.expm1, [1e-7, -1e-7, 1e-4, -1e-4, 0, 20, -30])],
  Log: unary(tf.log, 2, 0.2, 3),
  Log1p: [...unary(tf.log1p, 2, -0.7, 3), edges(tf.log1p, [1e-7, -1e-7, 1e-4, -1e-4, 0, 1000])],
  Sqrt: unary(tf.sqrt, 2, 0.2, 3),
  Rsqrt: unary(tf.rsqrt, 2, 0.2, 3),
  Square: unary(tf.square, 2),
  Reciprocal: unary(tf.reciprocal, 2, 0.3, 3),
  Sin: unary(tf.sin, 2),
  Cos: unary(tf.cos, 2),
  Step: [
    ...unary((x) => tf.mul(tf.step(x), x), 1),
    ...unary((x) => tf.mul(tf.step(x, 0.3), tf.square(x)), 2).map((item) => ({ ...item, title: 'alpha 0.3' })),
    edges((x) => tf.step(x)),
    edges((x) => tf.step(x, -1)),
    edges((x) => tf.step(x, -2)),
  ],
  Relu: [...unary(tf.relu, 2), edges(tf.relu)],
  Relu6: [...unary(tf.relu6, 2, -3, 9), edges(tf.relu6, [0, 6, 7, -1])],
  LeakyRelu: [
    ...unary((x) => tf.leakyRelu(x, 0.3), 2),
    ...unary((x) => tf.leakyRelu(x), 2).map((item) => ({ ...item, title: 'alpha 0.2' })),
    ...unary((x) => tf.leakyRelu(x, 1.5), 2).map((item) => ({ ...item, title: 'alpha above one' })),
  ],
  Prelu: [
    {
      title: 'a slope for each column',
      inputs: { x: floats([3, 4]), alpha: floats([4], 0.1, 0.9) },
      run: ({ x, alpha }) => [tf.prelu(x, alpha)],
      order: 1,
    },
  ],
  Elu: [...unary(tf.elu, 2), edges(tf.elu, [0, -20, 20])],
  EluGrad: [
    {
      title: 'both signs',
      inputs: { dy: floats([3, 4]), y: floats([3, 4], -0.9, 2, 5) },
      run: ({ dy, y }) => [tf.engine().runKernel('EluGrad', { dy, y })],
      order: 0,
    },
  ],
  Sigmoid: [...unary(tf.sigmoid, 2), edges(tf.sigmoid, [0, 60, -60])],
  Tanh: [...unary(tf.tanh, 2), edges(tf.tanh, [0, 60, -60])],
  Softplus: [...unary(tf.softplus, 2), edges(tf.softplus, [0, 60, -60, 1e-3])],
  Erf: unary(tf.erf, 2, -2, 2, { float32Only: true }),
  ClipByValue: [
    ...unary((x) => tf.clipByValue(x, -0.7, 1.1), 2),
    edges((x) => tf.clipByValue(x, 0, 1), [0, 1, -0.5, 2, Infinity, -Infinity]),
  ],
  Greater: comparison(tf.greater),
  GreaterEqual: comparison(tf.greaterEqual),
  Less: comparison(tf.less),
  LessEqual: comparison(tf.lessEqual),
  Equal: [...comparison(tf.equal), { title: 'bool', inputs: truths(), run: ({ a, b }) => [tf.equal(a, b)], order: 0 }],
  NotEqual: [
    ...comparison(tf.notEqual),
    { title: 'bool', inputs: truths(), run: ({ a, b }) => [tf.notEqual(a, b)], order: 0 },
  ],
  LogicalAnd: logical(tf.logicalAnd),
  LogicalOr: logical(tf.logicalOr),
  LogicalNot: [{ title: 'both', inputs: truths(), run: ({ a }) => [tf.logicalNot(a)], order: 0 }],
  IsNan: strange(tf.isNaN),
  IsInf: strange(tf.isInf),
  IsFinite: strange(tf.isFinite),
  Select: [
    {
      title: 'entry by entry',
      inputs: { c: bools([2, 3], [1, 0, 0, 1, 1, 0]), a: floats([2, 3]), b: floats([2, 3], -1, 1, 9) },
      run: ({ c, a, b }) => [tf.where(c, tf.square(a), tf.exp(b))],
      order: 2,
    },
    {
      title: 'broadcast, int32 and bool branches',
      inputs: { c: bools([2, 1], [1, 0]), a: ints([3], [1, 2, 3]), b: bools([3], [1, 0, 1]) },
      run: ({ c, a, b }) => [tf.where(c, a, tf.neg(a)), tf.where(c, b, tf.logicalNot(b))],
      order: 0,
    },
  ],
})
