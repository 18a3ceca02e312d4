// Every operator that is imported, in small models, gives what ONNX Runtime gives; and rewrites to the layers expected.
import { describe, expect, it } from 'vitest'
import { importOnnx } from '../../../core/io/onnx/import/import.ts'
import { operators } from '../../../core/io/onnx/import/registry.ts'
import { numbers, positive, random, smallModel, whole, type SmallModel } from './models.ts'

const image = { x: [1, 3, 6, 5] }
const vector = { x: [1, 6] }
const unary = (operator: string, attributes = {}, inputs: SmallModel['inputs'] = image): SmallModel => ({
  inputs,
  steps: [[operator, ['x'], 'y', attributes]],
})
const withConstant = (operator: string, c: NonNullable<SmallModel['constants']>[string], inputs = image) =>
  ({
    inputs,
    constants: { c },
    steps: [[operator, ['x', 'c'], 'y']],
  }) satisfies SmallModel

const cases: Readonly<Record<string, SmallModel>> = {
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
  Flatten: unary('Flatten', { axis: 2 }),
  'Reshape, -1 and 0': { inputs: image, constants: { s: whole(0, -1, 3) }, steps: [['Reshape', ['x', 's'], 'y']] },
  'Reshape of a vector to an image': {
    inputs: { x: [1, 24] },
    constants: { s: whole(1, 2, 4, 3), w: random(2, 2, 3, 3) },
    steps: [
      ['Reshape', ['x', 's'], 'z'],
      ['Conv', ['z', 'w'], 'y'],
    ],
  },
  'Reshape after a dense layer': {
    inputs: vector,
    constants: { w: random(6, 24), s: whole(1, 2, 4, 3), k: random(2, 2, 3, 3) },
    steps: [
      ['MatMul', ['x', 'w'], 'p'],
      ['Reshape', ['p', 's'], 'z'],
      ['Relu', ['z'], 'r'],
      ['Conv', ['r', 'k'], 'y'],
    ],
  },
  'Transpose into a convolution and out of it': {
    inputs: { x: [1, 5, 6, 3] },
    constants: { w: random(2, 3, 2, 2), s: whole(1, -1), d: random(40, 3) },
    steps: [
      ['Transpose', ['x'], 'a', { perm: [0, 3, 1, 2] }],
      ['Conv', ['a', 'w'], 'b'],
      ['Relu', ['b'], 'c'],
      ['Transpose', ['c'], 'e', { perm: [0, 2, 3, 1] }],
      ['Reshape', ['e', 's'], 'f'],
      ['MatMul', ['f', 'd'], 'y'],
    ],
  },
  'Transpose without perm': unary('Transpose'),
  Squeeze: { inputs: { x: [1, 3, 1, 2] }, constants: { a: whole(0, 2) }, steps: [['Squeeze', ['x', 'a'], 'y']] },
  'Unsqueeze, attribute': { ...unary('Unsqueeze', { axes: [0, 3] }, { x: [2, 3] }), opset: 11 },
  'Unsqueeze, input': { inputs: vector, constants: { a: whole(-1) }, steps: [['Unsqueeze', ['x', 'a'], 'y']] },
  Expand: { inputs: { x: [3, 1] }, constants: { s: whole(2, 1, 4) }, steps: [['Expand', ['x', 's'], 'y']] },
  'Slice, inputs': {
    inputs: image,
    constants: { s: whole(1, -1), e: whole(3, -7), a: whole(1, 2), t: whole(1, -2) },
    steps: [['Slice', ['x', 's', 'e', 'a', 't'], 'y']],
  },
  'Slice, attributes': { ...unary('Slice', { starts: [0, 1], ends: [1, 2 ** 40], axes: [1, 3] }), opset: 9 },
  'Gather of positions': withConstant('Gather', whole(0), { x: [4, 3] }),
  'Gather of a list': {
    inputs: image,
    constants: { c: whole(2, 0, -1) },
    steps: [['Gather', ['x', 'c'], 'y', { axis: 1 }]],
  },
  Split: {
    inputs: { x: [1, 6] },
    constants: { s: whole(2, 4), w: random(2, 4) },
    steps: [
      ['Split', ['x', 's'], ['a', 'b'], { axis: 1 }],
      ['MatMul', ['a', 'w'], 'c'],
      ['Add', ['b', 'c'], 'y'],
    ],
  },
  'Split into equal parts': {
    ...unary('Split', { axis: 1 }),
    steps: [
      ['Split', ['x'], ['a', 'b', 'c'], { axis: 1 }],
      ['Sub', ['c', 'a'], 'd'],
      ['Add', ['d', 'b'], 'y'],
    ],
  },
  'Concat of branches': {
    inputs: image,
    constants: { w: random(2, 3, 1, 1), v: random(4, 3, 1, 1) },
    steps: [
      ['Conv', ['x', 'w'], 'a'],
      ['Conv', ['x', 'v'], 'b'],
      ['Concat', ['a', 'x', 'b'], 'y', { axis: 1 }],
    ],
  },
  'Concat with constants, on the last axis': {
    inputs: image,
    constants: { c: random(1, 3, 6, 2), d: random(1, 3, 6, 1) },
    steps: [['Concat', ['c', 'x', 'd'], 'y', { axis: -1 }]],
  },
  'Concat of slices of one value': {
    inputs: image,
    constants: { p: whole(2, 1), q: whole(0) },
    steps: [
      ['Gather', ['x', 'p'], 'a', { axis: 1 }],
      ['Gather', ['x', 'q'], 'b', { axis: 1 }],
      ['Concat', ['a', 'b'], 'y', { axis: 1 }],
    ],
  },
  'Pad into a convolution': {
    inputs: image,
    constants: { p: whole(0, 0, 1, 2, 0, 0, 0, 1), w: random(2, 3, 3, 3) },
    steps: [
      ['Pad', ['x', 'p'], 'z'],
      ['Conv', ['z', 'w'], 'y', { pads: [1, 1, 1, 1] }],
    ],
  },
  'Pad with a value': {
    inputs: image,
    constants: { p: whole(0, 0, 1, 2, 0, 0, 0, 1), v: numbers([0.5], []) },
    steps: [['Pad', ['x', 'p', 'v'], 'y']],
  },
  'Pad of channels': {
    inputs: image,
    constants: { p: whole(0, 1, 0, 0, 0, 2, 0, 0) },
    steps: [['Pad', ['x', 'p'], 'y']],
  },
  'Pad with negative counts': {
    inputs: image,
    constants: { p: whole(0, 0, -1, 1, 0, 0, -2, -1) },
    steps: [['Pad', ['x', 'p'], 'y']],
  },
  'Pad, reflect': {
    inputs: image,
    constants: { p: whole(0, 0, 2, 1, 0, 0, 1, 3) },
    steps: [['Pad', ['x', 'p'], 'y', { mode: 'reflect' }]],
  },
  'Pad, edge, attributes': { ...unary('Pad', { pads: [0, 0, 2, 1, 0, 0, 1, 3], mode: 'edge' }), opset: 10 },
  'Add per element': withConstant('Add', random(1, 3, 6, 5)),
  'Add per channel after a convolution': {
    inputs: image,
    constants: { w: random(4, 3, 3, 3), b: random(1, 4, 1, 1) },
    steps: [
      ['Conv', ['x', 'w'], 'z'],
      ['Add', ['z', 'b'], 'y'],
    ],
  },
  'Sub, constant first': { inputs: vector, constants: { c: random(6) }, steps: [['Sub', ['c', 'x'], 'y']] },
  'Sub, a scalar': withConstant('Sub', numbers([0.3], [])),
  'Mul per channel': withConstant('Mul', random(3, 1, 1)),
  'Mul per row': withConstant('Mul', random(6, 1)),
  Div: withConstant('Div', positive(1, 3, 1, 1)),
  Neg: unary('Neg'),
  'Add of two branches, one broadcast': {
    inputs: { x: [1, 4] },
    constants: { w: random(4, 1) },
    steps: [
      ['MatMul', ['x', 'w'], 'z'],
      ['Add', ['x', 'z'], 'y'],
    ],
  },
  'Add of differently ordered branches': {
    inputs: { x: [3, 3] },
    steps: [
      ['Transpose', ['x'], 'z'],
      ['Relu', ['z'], 'r'],
      ['Sub', ['x', 'r'], 'y'],
    ],
  },
  'a residual block': {
    inputs: image,
    constants: { w: random(3, 3, 3, 3), v: random(3, 3, 3, 3) },
    steps: [
      ['Conv', ['x', 'w'], 'a', { pads: [1, 1, 1, 1] }],
      ['Relu', ['a'], 'b'],
      ['Conv', ['b', 'v'], 'c', { pads: [1, 1, 1, 1] }],
      ['Add', ['c', 'x'], 'd'],
      ['Relu', ['d'], 'y'],
    ],
  },
  'shapes computed by the exporter': {
    inputs: { x: [1, 3, 4, 2] },
    constants: { zero: numbers([0], []), i: whole(0), one: whole(-1), w: random(24, 2) },
    steps: [
      ['Shape', ['x'], 's'],
      ['Gather', ['s', 'i'], 'n'],
      ['Concat', ['n', 'one'], 't', { axis: 0 }],
      ['Cast', ['t'], 'u', { to: 7 }],
      ['Reshape', ['x', 'u'], 'f'],
      ['MatMul', ['f', 'w'], 'y'],
    ],
  },
  'constants made on the way': {
    inputs: vector,
    constants: { s: whole(6), h: numbers([2], []) },
    steps: [
      ['ConstantOfShape', ['s'], 'z'],
      ['Constant', [], 'c', { value_float: { float: 0.5 } }],
      ['Add', ['z', 'c'], 'p'],
      ['Mul', ['p', 'h'], 'q'],
      ['Neg', ['q'], 'n'],
      ['Mul', ['x', 'n'], 'y'],
    ],
  },
  'Size as a divisor': {
    inputs: vector,
    steps: [
      ['Size', ['x'], 'n'],
      ['Cast', ['n'], 'f', { to: 1 }],
      ['Div', ['x', 'f'], 'y'],
    ],
  },
  'Identity and Dropout': {
    inputs: image,
    steps: [
      ['Identity', ['x'], 'z'],
      ['Dropout', ['z'], ['y', 'mask'], { seed: 1 }],
    ],
  },
  'several inputs and outputs': {
    inputs: { p: [1, 2, 3], q: [4] },
    constants: { w: random(3, 4) },
    steps: [
      ['MatMul', ['p', 'w'], 'm'],
      ['Add', ['m', 'q'], 'y'],
      ['Relu', ['q'], 'z'],
    ],
    outputs: ['z', 'y'],
  },
  'an unknown batch': {
    inputs: { x: [-1, 3] },
    constants: { w: random(3, 2) },
    steps: [['MatMul', ['x', 'w'], 'y']],
  },
}

describe('operators', () => {
  it.each(Object.entries(cases))('%s', async (_name, model) => {
    const { difference } = await importOnnx(smallModel(model))
    expect(difference).toBeLessThan(1e-5)
  })

  it('has a model for every operator of the registry', () => {
    const tried = new Set(Object.values(cases).flatMap(({ steps }) => steps.map(([operator]) => operator)))
    expect([...tried].sort()).toEqual(Object.keys(operators).sort())
  })
})

describe('rewriting', () => {
  const kindsOf = async (name: string): Promise<string[]> => {
    const { network } = await importOnnx(smallModel(cases[name]))
    return network.nodes.map(({ layer }) => layer.kind)
  }

  it.each([
    ['MatMul and Add', ['dense']],
    ['Gemm, transB, alpha, beta', ['dense']],
    ['Add per channel after a convolution', ['conv2d', 'flatten']],
    ['Pad into a convolution', ['conv2d', 'flatten']],
    ['Reshape of a vector to an image', ['conv2d', 'flatten']],
    ['Transpose into a convolution and out of it', ['gather', 'conv2d', 'relu', 'flatten', 'dense']],
    ['shapes computed by the exporter', ['flatten', 'dense']],
    ['Identity and Dropout', ['flatten']],
    ['Concat of slices of one value', ['gather']],
  ])('%s', async (name, kinds) => {
    expect(await kindsOf(name)).toEqual(kinds)
  })

  it('keeps float32 weights as they are', async () => {
    const { network } = await importOnnx(smallModel(cases['MatMul and Add']))
    const [{ layer }] = network.nodes
    expect(layer.kind === 'dense' && layer.weight.data instanceof Float32Array).toBe(true)
    expect(layer.kind === 'dense' && layer.bias.data instanceof Float32Array).toBe(true)
  })

  it('says where inputs and outputs lie', async () => {
    const { inputs, outputs, network } = await importOnnx(smallModel(cases['several inputs and outputs']))
    expect(inputs).toEqual([
      { name: 'p', shape: [1, 2, 3], offset: 0 },
      { name: 'q', shape: [4], offset: 6 },
    ])
    expect(outputs).toEqual([
      { name: 'z', shape: [4], offset: 0 },
      { name: 'y', shape: [1, 2, 4], offset: 4 },
    ])
    expect(network.inputShape).toEqual([10])
  })
})
