// Models that are not imported: unknown operators, wrong versions, outside data, broken files; each with a coded error.
import { describe, expect, it } from 'vitest'
import { SeededRandom } from '../../../core/data/random.ts'
import { decodeModel, encodeModel, type ModelProto } from '../../../core/engine/onnx/schema.ts'
import { importOnnx, translateOnnx } from '../../../core/io/onnx/import/import.ts'
import { mutated, outcome } from '../mutate.ts'
import { mutatedModel } from './mutate-model.ts'
import { numbers, positive, random, smallModel, whole, type SmallModel } from './models.ts'

const dense: SmallModel = {
  inputs: { x: [1, 3] },
  constants: { w: random(3, 2) },
  steps: [['MatMul', ['x', 'w'], 'y']],
}
const model = (change: Partial<SmallModel>): Uint8Array => smallModel({ ...dense, ...change })
const edited = (edit: (model: ModelProto) => unknown): Uint8Array => {
  const decoded = decodeModel(smallModel(dense))
  return encodeModel({ ...decoded, ...(edit(decoded) as Partial<ModelProto>) })
}
const editedGraph = (edit: (graph: ModelProto['graph']) => Partial<ModelProto['graph']>): Uint8Array =>
  edited(({ graph }) => ({ graph: { ...graph, ...edit(graph) } }))

const unsupported: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
  'an unknown operator': [model({ steps: [['Softmax', ['x'], 'y']] }), /operator Softmax "node0" is not supported/],
  'an operator of another domain': [
    editedGraph(({ node }) => ({ node: node.map((each) => ({ ...each, domain: 'com.microsoft' })) })),
    /com\.microsoft\.MatMul "node0"/,
  ],
  'an unknown attribute': [
    model({ steps: [['MatMul', ['x', 'w'], 'y', { fused: 1 }]] }),
    /MatMul "node0" is not supported: its attribute fused/,
  ],
  'an old operator set': [model({ opset: 6 }), /operator set 6; 7 to 21/],
  'a new operator set': [model({ opset: 22 }), /operator set 22/],
  'a product of two signals': [model({ steps: [['Mul', ['x', 'x'], 'y']] }), /both factors depend on the input/],
  'a division by a signal': [model({ steps: [['Div', ['w', 'x'], 'y']], constants: { w: random(1, 3) } }), /divisor/],
  'a kernel that is no constant': [
    model({ inputs: { x: [1, 1, 3, 3] }, steps: [['Conv', ['x', 'x'], 'y']] }),
    /Conv "node0" is not supported: its kernel depends on the network's input/,
  ],
  'outside data': [
    editedGraph(({ initializer }) => ({ initializer: initializer.map((each) => ({ ...each, dataLocation: 1 })) })),
    /external data/,
  ],
  'half precision': [
    editedGraph(({ initializer }) => ({ initializer: initializer.map((each) => ({ ...each, dataType: 10 })) })),
    /element type 10/,
  ],
  'an input of unknown width': [model({ inputs: { x: [1, -1] } }), /Axis 1 of the input "x" has no fixed size/],
  'training mode': [
    model({
      inputs: { x: [1, 2, 3, 3] },
      constants: { s: random(2), b: random(2), m: random(2), v: positive(2) },
      steps: [['BatchNormalization', ['x', 's', 'b', 'm', 'v'], 'y', { training_mode: 1 }]],
      opset: 14,
    }),
    /training mode/,
  ],
  'a matrix beyond the limit': [
    model({
      inputs: { x: [1, 40_000] },
      constants: { c: random(1, 1) },
      steps: [['Concat', ['c', 'x'], 'y', { axis: 1 }]],
    }),
    /40001×40000 weights/,
  ],
  'an output that does not depend on the input': [
    model({ steps: [['Identity', ['w'], 'y']] }),
    /does not depend on its input/,
  ],
}

const corrupt: Readonly<Record<string, Uint8Array>> = {
  'no bytes': new Uint8Array(),
  text: new TextEncoder().encode('(declare-const X_0 Real)'),
  'half a file': smallModel(dense).slice(0, 60),
  'a value that nobody gives': model({ steps: [['Relu', ['nowhere'], 'y']] }),
  'an output that nobody gives': model({ outputs: ['z'] }),
  'a value given twice': model({
    steps: [
      ['MatMul', ['x', 'w'], 'y'],
      ['Relu', ['y'], 'y'],
    ],
  }),
  'shapes that do not fit': model({ constants: { w: random(4, 2) } }),
  'an axis that does not exist': model({ steps: [['Concat', ['x', 'x'], 'y', { axis: 5 }]] }),
  'a tensor with too few numbers': editedGraph(({ initializer }) => ({
    initializer: initializer.map((each) => ({ ...each, dims: [3, 1000] })),
  })),
  'a tensor with a negative side': editedGraph(({ initializer }) => ({
    initializer: initializer.map((each) => ({ ...each, dims: [-3, 2] })),
  })),
  'an impossible reshape': model({ constants: { w: whole(7, -1) }, steps: [['Reshape', ['x', 'w'], 'y']] }),
  'an attribute of the wrong type': model({ steps: [['Flatten', ['x'], 'y', { axis: 'one' }]] }),
  'weights that are no numbers': model({ constants: { w: numbers([NaN, 1, 1, 1, 1, 1], [3, 2]) } }),
}

const convolution: SmallModel = {
  inputs: { x: [1, 2, 6, 6] },
  constants: {
    w: random(3, 2, 3, 3),
    b: random(3),
    p: whole(0, 0, 1, 1, 0, 0, 1, 1),
    s: whole(1, -1),
    d: random(54, 2),
  },
  steps: [
    ['Pad', ['x', 'p'], 'a'],
    ['Conv', ['a', 'w', 'b'], 'c', { strides: [2, 1], pads: [1, 0, 0, 1], group: 1 }],
    ['LeakyRelu', ['c'], 'e', { alpha: { float: 0.1 } }],
    ['MaxPool', ['e'], 'f', { kernel_shape: [2, 2], strides: [1, 1] }],
    ['Transpose', ['f'], 'g', { perm: [0, 2, 3, 1] }],
    ['Reshape', ['g', 's'], 'r'],
    ['MatMul', ['r', 'd'], 'y'],
  ],
}

describe('importOnnx', () => {
  it.each(Object.entries(unsupported))('refuses %s', async (_name, [bytes, message]) => {
    await expect(importOnnx(bytes)).rejects.toMatchObject({ code: 'model/unsupported' })
    await expect(importOnnx(bytes)).rejects.toThrow(message)
  })

  it.each(Object.entries(corrupt))('calls %s corrupt', async (_name, bytes) => {
    await expect(importOnnx(bytes)).rejects.toMatchObject({ code: 'model/corrupt' })
  })

  it('answers changed operators, wires, shapes and attributes with coded errors only', () => {
    const source = new SeededRandom(9)
    const bytes = smallModel(convolution)
    const seen = new Set<string>()
    for (let i = 0; i < 1500; i++) seen.add(outcome(() => translateOnnx(mutatedModel(bytes, source))))
    expect([...seen]).toEqual(expect.arrayContaining(['model/corrupt', 'model/unsupported', 'read']))
  })

  it('answers damaged files with coded errors only', () => {
    const source = new SeededRandom(7)
    const models = [dense, convolution].map(smallModel)
    for (const sound of models) expect(outcome(() => translateOnnx(sound))).toBe('read')
    const seen = new Set<string>()
    for (let i = 0; i < 1500; i++) seen.add(outcome(() => translateOnnx(mutated(models[i % 2], source))))
    seen.delete('model/shape')
    expect([...seen].sort()).toEqual(['model/corrupt', 'model/unsupported', 'read'])
  })
})
