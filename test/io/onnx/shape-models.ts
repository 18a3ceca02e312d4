// Small models of the operators that move elements, pad, join, do arithmetic with constants, or fold away.
import { image, numbers, positive, random, unary, vector, whole, withConstant, type SmallModel } from './models.ts'

export const shapeModels: Readonly<Record<string, SmallModel>> = {
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
