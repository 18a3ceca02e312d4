// Parity cases of the kernels that create, move, cut, join, read and add entries.
import { constant } from '../../../core/engine/engine.ts'
import { tf } from '../../../core/engine/tensor.ts'
import { bools, floats, ints, parityTable } from './case.ts'

const table = () => ({ x: floats([2, 3, 4]) })

export const structureCases = parityTable({
  Identity: [{ title: 'clone', inputs: table(), run: ({ x }) => [tf.clone(x), tf.square(tf.clone(x))], order: 2 }],
  Cast: [
    {
      title: 'every pair of types',
      inputs: {
        f: { shape: [6], data: Float32Array.of(0, 1.7, -1.7, 2.5, -0.2, 1e6) },
        i: ints([3], [0, 5, -3]),
        b: bools([2], [0, 1]),
      },
      run: ({ f, i, b }) => [
        tf.cast(f, 'int32'),
        tf.cast(f, 'bool'),
        tf.cast(i, 'float32'),
        tf.cast(i, 'bool'),
        tf.cast(b, 'float32'),
        tf.cast(b, 'int32'),
        tf.cast(tf.fill([2], 1.7), 'int32'),
      ],
      order: 0,
    },
    { title: 'gradient', inputs: table(), run: ({ x }) => [tf.square(tf.cast(x, 'float32'))], order: 2 },
  ],
  Fill: [
    {
      title: 'every type, large and small',
      inputs: { x: floats([100]) },
      run: ({ x }) => [
        tf.add(x, tf.fill([100], 0.5)),
        tf.fill([2, 3], -2.5),
        tf.fill([100], 7, 'int32'),
        tf.fill([3], 1, 'bool'),
        tf.fill([], 2),
        tf.zeros([70]),
        tf.ones([2, 2]),
      ],
      order: 1,
    },
  ],
  ZerosLike: [
    {
      title: 'every type',
      inputs: { ...table(), i: ints([2], [3, 4]), b: bools([2], [0, 1]) },
      run: ({ x, i, b }) => [tf.zerosLike(x), tf.zerosLike(i), tf.zerosLike(b)],
      order: 0,
    },
  ],
  OnesLike: [
    {
      title: 'every type',
      inputs: { ...table(), i: ints([2], [3, 4]), b: bools([2], [0, 1]) },
      run: ({ x, i, b }) => [tf.onesLike(x), tf.onesLike(i), tf.onesLike(b)],
      order: 0,
    },
  ],
  Range: [
    {
      title: 'up, down, int32',
      inputs: { x: floats([4]) },
      run: ({ x }) => [tf.mul(x, tf.range(0, 2, 0.5)), tf.range(5, 0, -2), tf.range(1, 7, 2, 'int32')],
      order: 1,
    },
  ],
  OneHot: [
    {
      title: 'values and types; an index out of range',
      inputs: { i: ints([2, 2], [0, 3, 9, 1]) },
      run: ({ i }) => [tf.oneHot(i, 4), tf.oneHot(i, 5, 2.5, -0.5, 'float32')],
      order: 0,
    },
  ],
  Reshape: [
    { title: 'with -1', inputs: table(), run: ({ x }) => [tf.square(tf.reshape(x, [4, -1]))], order: 2 },
    {
      title: 'twice, and back',
      inputs: table(),
      run: ({ x }) => [tf.reshape(tf.reshape(x, [24]), [6, 4]), tf.reshape(tf.reshape(x, [24]), [2, 3, 4])],
      order: 1,
    },
  ],
  ExpandDims: [
    {
      title: 'front, middle, back',
      inputs: table(),
      run: ({ x }) => [tf.square(tf.expandDims(x, 0)), tf.expandDims(x, 2), tf.expandDims(x, -1)],
      order: 2,
    },
  ],
  Transpose: [
    {
      title: 'every permutation of three axes',
      inputs: table(),
      run: ({ x }) => [
        tf.square(tf.transpose(x)),
        tf.transpose(x, [0, 2, 1]),
        tf.transpose(x, [1, 0, 2]),
        tf.transpose(x, [1, 2, 0]),
        tf.transpose(x, [2, 0, 1]),
        tf.transpose(x, [0, 1, 2]),
      ],
      order: 2,
    },
    {
      title: 'two in a row, inverse ones, axes of length one, constants',
      inputs: { ...table(), y: floats([1, 3, 1, 4]) },
      run: ({ x, y }) => [
        tf.transpose(tf.transpose(x, [1, 2, 0]), [1, 2, 0]),
        tf.transpose(tf.transpose(x, [1, 2, 0]), [2, 0, 1]),
        tf.transpose(y, [1, 0, 2, 3]),
        tf.transpose(y, [0, 3, 2, 1]),
        tf.transpose(constant(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3])),
      ],
      order: 1,
    },
  ],
  Concat: [
    {
      title: 'each axis, one input, an empty input',
      inputs: { ...table(), y: floats([2, 3, 4], -1, 1, 40) },
      run: ({ x, y }) => [
        tf.square(tf.concat([x, y], 0)),
        tf.concat([x, y, x], 1),
        tf.concat([x, y], -1),
        tf.concat([x], 0),
        tf.concat([x, tf.zeros([2, 0, 4])], 1),
      ],
      order: 2,
    },
  ],
  Slice: [
    {
      title: 'inside, to the end, whole',
      inputs: table(),
      run: ({ x }) => [
        tf.square(tf.slice(x, [0, 1, 1], [2, 2, 2])),
        tf.slice(x, [1], [1]),
        tf.slice(x, [0, 2, 0], [-1, -1, -1]),
        tf.slice(x, [0, 0, 0], [2, 3, 4]),
      ],
      order: 2,
    },
  ],
  StridedSlice: [
    {
      title: 'steps, backward, masks',
      inputs: table(),
      run: ({ x }) => [
        tf.stridedSlice(x, [0, 0, 0], [2, 3, 4], [1, 2, 3]),
        tf.stridedSlice(x, [1, 2, 3], [0, 0, 0], [-1, -1, -2]),
        tf.stridedSlice(x, [0, 2, 3], [2, 0, 0], [1, -1, -1], 7, 7),
        tf.stridedSlice(x, [0, 1, 0], [0, 2, 4], [1, 1, 2], 1, 1),
        tf.stridedSlice(x, [0, 1], [2, 3], [1, 1], 0, 0, 1),
        tf.stridedSlice(x, [0, 0, 1], [1, 1, 3], [1, 1, 1], 0, 0, 0, 2),
        tf.stridedSlice(x, [1, 1, 1], [2, 3, 3], [1, 1, 1], 0, 0, 0, 0, 1),
      ],
      order: 0,
    },
  ],
  Pack: [
    {
      title: 'each axis',
      inputs: { x: floats([2, 3]), y: floats([2, 3], -1, 1, 9) },
      run: ({ x, y }) => [tf.square(tf.stack([x, y], 0)), tf.stack([x, y, x], 1), tf.stack([x, y], -1)],
      order: 2,
    },
  ],
  Unpack: [
    {
      title: 'each axis',
      inputs: table(),
      run: ({ x }) => [...tf.unstack(x, 0), ...tf.unstack(tf.square(x), 1), ...tf.unstack(x, -1)],
      order: 2,
    },
  ],
  SplitV: [
    {
      title: 'even, uneven, with -1',
      inputs: table(),
      run: ({ x }) => [...tf.split(tf.square(x), 2, 2), ...tf.split(x, [1, 2], 1), ...tf.split(x, [3, -1], -1)],
      order: 2,
    },
  ],
  Tile: [
    {
      title: 'long axes and axes of length one',
      inputs: { x: floats([2, 1, 3]) },
      run: ({ x }) => [
        tf.square(tf.tile(x, [1, 4, 1])),
        tf.tile(x, [2, 1, 3]),
        tf.tile(x, [1, 1, 1]),
        tf.tile(tf.fill([2], 3), [3]),
      ],
      order: 2,
    },
    {
      title: 'broadcastTo',
      inputs: { x: floats([3, 1]) },
      run: ({ x }) => [tf.square(tf.broadcastTo(x, [2, 3, 4]))],
      order: 2,
    },
  ],
  PadV2: [
    {
      title: 'around, asymmetric, with a value, with nothing',
      inputs: { x: floats([2, 3]) },
      run: ({ x }) => [
        tf.square(tf.pad(x, [[1, 2], [0, 3]])), // prettier-ignore
        tf.pad(x, [[0, 1], [2, 0]], 1.5), // prettier-ignore
        tf.pad(x, [[0, 0], [0, 0]], 9), // prettier-ignore
      ],
      order: 2,
    },
    {
      title: 'int32',
      inputs: { x: ints([3], [1, 2, 3]) },
      run: ({ x }) => [tf.pad(x, [[1, 1]], 7)], // prettier-ignore
      order: 0,
    },
  ],
  Reverse: [
    {
      title: 'one axis, two, all',
      inputs: table(),
      run: ({ x }) => [tf.square(tf.reverse(x, 1)), tf.reverse(x, [0, -1]), tf.reverse(x)],
      order: 2,
    },
  ],
  GatherV2: [
    {
      title: 'each axis; repeated positions; indices of rank two',
      inputs: { ...table(), i: ints([3], [2, 0, 2]), j: ints([2, 2], [1, 0, 0, 1]) },
      run: ({ x, i, j }) => [tf.square(tf.gather(x, i, 1)), tf.gather(x, j, 0), tf.gather(x, i, -1)],
      order: 2,
    },
    {
      title: 'batch axes',
      inputs: { ...table(), i: ints([2, 2], [2, 0, 1, 1]), j: ints([2, 3], [0, 3, 1, 2, 2, 0]) },
      run: ({ x, i, j }) => [
        tf.gather(x, i, 1, 1),
        tf.gather(x, j, 2, 1),
        tf.gather(x, i, 2, 1),
        tf.gather(x, j, 2, 2),
      ],
      order: 0,
    },
  ],
  GatherNd: [
    {
      title: 'entries and rows',
      inputs: { ...table(), i: ints([2, 3], [1, 2, 3, 0, 0, 1]), j: ints([2, 2], [1, 2, 0, 1]) },
      run: ({ x, i, j }) => [tf.gatherND(x, i), tf.gatherND(x, j)],
      order: 0,
    },
  ],
  ScatterNd: [
    {
      title: 'repeated positions add up',
      inputs: { i: ints([3, 1], [2, 0, 2]), u: floats([3, 2]) },
      run: ({ i, u }) => [tf.scatterND(i, u, [4, 2])],
      order: 0,
    },
  ],
  UnsortedSegmentSum: [
    {
      title: 'repeated, missing and out-of-range segments',
      inputs: { x: floats([5, 2]), i: ints([5], [1, 0, 1, -1, 7]) },
      run: ({ x, i }) => [tf.unsortedSegmentSum(x, tf.reshape<tf.Rank.R1>(i, [-1]), 3)],
      order: 0,
    },
    {
      title: 'gradient',
      inputs: { x: floats([4, 2]), i: ints([4], [1, 0, 1, 2]) },
      run: ({ x, i }) => [tf.unsortedSegmentSum(tf.square(x), tf.reshape<tf.Rank.R1>(i, [-1]), 4)],
      order: 1,
    },
  ],
})
