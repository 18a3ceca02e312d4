// Parity cases of the kernels that reduce axes, and of matrix products and softmax.
import { constant } from '../../../core/engine/engine.ts'
import { tf } from '../../../core/engine/tensor.ts'
import type { Tensor } from '../../../core/engine/tensor.ts'
import { bools, floats, ints, spread, parityTable } from './case.ts'
import type { ParityCase } from './case.ts'

type Reduce = (x: Tensor, axis?: number | number[], keepDims?: boolean) => Tensor

function overAxes(run: Reduce, order: 0 | 1 | 2): readonly ParityCase[] {
  return [
    {
      title: 'all axes, one, several, kept, none, of length one',
      inputs: { x: floats([2, 3, 4]), y: floats([3, 1]) },
      run: ({ x, y }) => [
        run(x),
        run(x, 1),
        run(x, [0, 2]),
        run(x, -1, true),
        run(x, [0, 1, 2], true),
        run(x, []),
        run(y, 1),
      ],
      order,
    },
  ]
}

const whole = (run: Reduce): ParityCase => ({
  title: 'int32',
  inputs: { x: ints([2, 3], [3, -1, 4, 1, -5, 9]) },
  run: ({ x }) => [run(x, 0), run(x)],
  order: 0,
})

const counted = (run: Reduce): ParityCase => ({
  title: 'bool',
  inputs: { x: bools([2, 3], [1, 0, 1, 1, 0, 0]) },
  run: ({ x }) => [run(x, 0), run(x, 1), run(x, [0, 1], true)],
  order: 0,
})

function positions(run: (x: Tensor, axis?: number) => Tensor): readonly ParityCase[] {
  return [
    {
      title: 'each axis; ties go to the first',
      inputs: { x: floats([3, 4]), t: { shape: [2, 4], data: Float32Array.of(1, 3, 3, 0, 0, -2, 5, -2) } },
      run: ({ x, t }) => [run(x), run(x, 1), run(x, -1), run(t, 1)],
      order: 0,
    },
  ]
}

function running(run: (x: Tensor, axis?: number, exclusive?: boolean, reverse?: boolean) => Tensor, order: 0 | 2) {
  return [
    {
      title: 'each axis, exclusive, reverse',
      inputs: { x: floats([2, 3, 4], 0.4, 1.6) },
      run: ({ x }: Readonly<Record<string, Tensor>>) => [
        run(x, 1),
        run(x, 0, true),
        run(x, 2, false, true),
        run(x, 2, true, true),
      ],
      order,
    },
  ]
}

export const reductionCases = parityTable({
  Sum: [...overAxes(tf.sum, 2), whole(tf.sum), counted(tf.sum)],
  Mean: overAxes(tf.mean, 2),
  Prod: [
    {
      title: 'all axes, one, several, kept',
      inputs: { x: floats([2, 3, 2], 0.5, 1.5) },
      run: ({ x }) => [tf.prod(x), tf.prod(x, 1), tf.prod(x, [0, 2]), tf.prod(x, -1, true)],
      order: 1,
    },
  ],
  Min: [...overAxes(tf.min, 1), whole(tf.min)],
  Max: [...overAxes(tf.max, 1), whole(tf.max)],
  All: [counted(tf.all)],
  Any: [counted(tf.any)],
  ArgMax: positions(tf.argMax),
  ArgMin: positions(tf.argMin),
  Cumsum: running(tf.cumsum, 2),
  Cumprod: running(tf.cumprod, 0),
  TopK: [
    {
      title: 'largest first',
      inputs: { x: floats([3, 5]) },
      run: ({ x }) => {
        const { values, indices } = tf.topk(x, 3)
        return [values, indices]
      },
      order: 0,
    },
  ],
  Softmax: [
    { title: 'rows', inputs: { logits: floats([3, 4]) }, run: ({ logits }) => [tf.softmax(logits)], order: 2 },
    {
      title: 'large logits',
      inputs: { logits: floats([2, 3], -500, 500) },
      run: ({ logits }) => [tf.softmax(logits)],
      order: 0,
    },
  ],
  LogSoftmax: [
    { title: 'rows', inputs: { logits: floats([3, 4]) }, run: ({ logits }) => [tf.logSoftmax(logits)], order: 2 },
    {
      title: 'another axis; large logits',
      inputs: { logits: floats([2, 3, 2], -50, 50) },
      run: ({ logits }) => [tf.logSoftmax(logits, 2)],
      order: 0,
    },
  ],
  BatchMatMul: [
    {
      title: 'matrices, each transposed or not',
      inputs: { a: floats([2, 3]), b: floats([3, 4], -1, 1, 9), c: floats([4, 3], -1, 1, 30) },
      run: ({ a, b, c }) => [
        tf.matMul(a, b),
        tf.matMul(a, c, false, true),
        tf.matMul(b, a, true, true),
        tf.matMul(a, a, true, false),
      ],
      order: 2,
    },
    {
      title: 'batches, broadcast batches',
      inputs: { a: floats([2, 3, 2]), b: floats([2, 2, 4], -1, 1, 9), c: floats([1, 4, 3], -1, 1, 30) },
      run: ({ a, b, c }) => [
        tf.matMul(a, b),
        tf.matMul(b, a, true, true),
        tf.matMul(a, c, true, true),
        tf.matMul(a, tf.reshape(b, [2, 4, 2]), false, true),
      ],
      order: 2,
    },
    {
      title: 'constants, transposed or not',
      inputs: { a: floats([2, 3]) },
      run: ({ a }) => [
        tf.square(tf.matMul(a, constant(spread(12), [3, 4]))),
        tf.matMul(a, constant(spread(12, -1, 1, 4), [4, 3]), false, true),
        tf.matMul(constant(spread(10, -1, 1, 6), [2, 5]), a, true),
      ],
      order: 2,
    },
  ],
})
