// Small models of the operators that compute: products, convolutions, activations, pooling, reductions.
import { image, numbers, positive, random, unary, vector, whole, withConstant, type SmallModel } from './models.ts'

export const layerModels: Readonly<Record<string, SmallModel>> = {
  'Gemm, plain': {
    inputs: vector,
    constants: { w: random(6, 4), b: random(4) },
    steps: [['Gemm', ['x', 'w', 'b'], 'y']],
  },
  'Gemm, transB, alpha, beta': {
    inputs: vector,
    constants: { w: random(4, 6), b: random(1, 4) },
    steps: [['Gemm', ['x', 'w', 'b'], 'y', { transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } }]],
  },
  'Gemm, transA, constant on the left': {
    inputs: { x: [3, 2] },
    constants: { a: random(3, 4) },
    steps: [['Gemm', ['a', 'x'], 'y', { transA: 1 }]],
  },
  'Gemm of several rows': {
    inputs: { x: [3, 2] },
    constants: { w: random(2, 4), b: random(3, 1) },
    steps: [['Gemm', ['x', 'w', 'b'], 'y']],
  },
  'MatMul and Add': {
    inputs: vector,
    constants: { w: random(6, 4), b: random(4) },
    steps: [
      ['MatMul', ['x', 'w'], 'z'],
      ['Add', ['b', 'z'], 'y'],
    ],
  },
  'MatMul of vectors and of batches': {
    inputs: { x: [2, 3, 4] },
    constants: { w: random(4, 5), a: random(2, 3), v: random(5) },
    steps: [
      ['MatMul', ['x', 'w'], 'p'],
      ['MatMul', ['a', 'p'], 'q'],
      ['MatMul', ['q', 'v'], 'y'],
    ],
  },
  'MatMul of a read by two': {
    inputs: vector,
    constants: { w: random(6, 6), b: random(6) },
    steps: [
      ['MatMul', ['x', 'w'], 'z'],
      ['Add', ['z', 'b'], 'p'],
      ['Identity', ['z'], 'i'],
      ['Relu', ['i'], 'q'],
      ['Add', ['p', 'q'], 'y'],
    ],
  },
  'Conv, strides and pads': {
    inputs: image,
    constants: { w: random(4, 3, 3, 2), b: random(4) },
    steps: [['Conv', ['x', 'w', 'b'], 'y', { strides: [2, 1], pads: [1, 0, 2, 1] }]],
  },
  'Conv, groups and dilations': {
    inputs: { x: [1, 4, 7, 6] },
    constants: { w: random(6, 2, 2, 3) },
    steps: [['Conv', ['x', 'w'], 'y', { group: 2, dilations: [2, 1], pads: [1, 1, 1, 1] }]],
  },
  'Conv, depthwise': {
    inputs: image,
    constants: { w: random(3, 1, 3, 3), b: random(3) },
    steps: [['Conv', ['x', 'w', 'b'], 'y', { group: 3 }]],
  },
  'Conv, auto_pad SAME_UPPER': {
    inputs: image,
    constants: { w: random(2, 3, 3, 2) },
    steps: [['Conv', ['x', 'w'], 'y', { auto_pad: 'SAME_UPPER', strides: [2, 2] }]],
  },
  'Conv, auto_pad SAME_LOWER and VALID': {
    inputs: image,
    constants: { w: random(2, 3, 2, 2), v: random(1, 2, 2, 2) },
    steps: [
      ['Conv', ['x', 'w'], 'z', { auto_pad: 'SAME_LOWER' }],
      ['Conv', ['z', 'v'], 'y', { auto_pad: 'VALID' }],
    ],
  },
  'Conv of one axis': {
    inputs: { x: [1, 2, 7] },
    constants: { w: random(3, 2, 3), b: random(3) },
    steps: [
      ['Conv', ['x', 'w', 'b'], 'z', { pads: [1, 2], strides: [2] }],
      ['MaxPool', ['z'], 'y', { kernel_shape: [2] }],
    ],
  },
  Relu: unary('Relu'),
  LeakyRelu: unary('LeakyRelu', { alpha: { float: 0.2 } }),
  'LeakyRelu with its default slope': unary('LeakyRelu'),
  PRelu: withConstant('PRelu', random(3, 1, 1)),
  Sigmoid: unary('Sigmoid'),
  Tanh: unary('Tanh'),
  'Clip, inputs': {
    inputs: image,
    constants: { low: numbers([-0.25], []), high: numbers([0.5], []) },
    steps: [['Clip', ['x', 'low', 'high'], 'y']],
  },
  'Clip, attributes, like relu6': { ...unary('Clip', { min: { float: 0 }, max: { float: 0.75 } }), opset: 10 },
  'Clip, one bound': {
    inputs: image,
    constants: { high: numbers([0.5], []) },
    steps: [['Clip', ['x', '', 'high'], 'y']],
  },
  BatchNormalization: {
    inputs: image,
    constants: { s: random(3), b: random(3), m: random(3), v: positive(3) },
    steps: [['BatchNormalization', ['x', 's', 'b', 'm', 'v'], 'y', { epsilon: { float: 0.01 } }]],
  },
  'BatchNormalization of features': {
    inputs: vector,
    constants: { s: random(6), b: random(6), m: random(6), v: positive(6) },
    steps: [['BatchNormalization', ['x', 's', 'b', 'm', 'v'], 'y']],
    opset: 9,
  },
  MaxPool: unary('MaxPool', { kernel_shape: [2, 2], strides: [2, 2] }),
  'MaxPool, overlapping, padded': unary('MaxPool', { kernel_shape: [3, 3], strides: [2, 1], pads: [1, 1, 1, 1] }),
  'MaxPool, dilated, ceil': unary('MaxPool', {
    kernel_shape: [2, 2],
    dilations: [2, 1],
    strides: [2, 2],
    ceil_mode: 1,
  }),
  GlobalMaxPool: unary('GlobalMaxPool'),
  AveragePool: unary('AveragePool', { kernel_shape: [2, 3], strides: [2, 1] }),
  'AveragePool, pads counted': unary('AveragePool', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }),
  'AveragePool, pads not counted': unary('AveragePool', { kernel_shape: [3, 2], pads: [1, 1, 2, 0], strides: [2, 2] }),
  'AveragePool, ceil': unary('AveragePool', { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }),
  GlobalAveragePool: unary('GlobalAveragePool'),
  ReduceMean: unary('ReduceMean', { axes: [2, 3], keepdims: 0 }),
  'ReduceMean of one axis': unary('ReduceMean', { axes: [-1] }),
  ReduceSum: { inputs: image, constants: { a: whole(3, 2) }, steps: [['ReduceSum', ['x', 'a'], 'y']] },
  'ReduceSum of all': unary('ReduceSum', { keepdims: 0 }),
}
