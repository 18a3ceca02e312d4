// Every operator that is imported, in small models, gives what ONNX Runtime gives; and rewrites to the layers expected.
import { describe, expect, it } from 'vitest'
import { modelBytes, node, tensor, valueInfo } from '../../../core/engine/onnx/model.ts'
import { decodeModel, encodeModel, onnxType } from '../../../core/engine/onnx/schema.ts'
import { importOnnx } from '../../../core/io/onnx/import/import.ts'
import { operators } from '../../../core/io/onnx/import/registry.ts'
import { evaluate64 } from '../../../core/nn/index.ts'
import { layerModels } from './layer-models.ts'
import { numbers, smallModel, whole } from './models.ts'
import { shapeModels } from './shape-models.ts'

const cases = { ...layerModels, ...shapeModels }

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

describe('numbers', () => {
  it('of a model in double precision keep their bits', async () => {
    const values = Float64Array.of(0.1, 1 / 3, -2 / 7)
    const bytes = modelBytes({
      name: 'double',
      nodes: [node('MatMul', ['x', 'w'], ['y'])],
      initializers: [tensor('w', onnxType.double, [3, 1], values)],
      inputs: [valueInfo('x', onnxType.double, [1, 3])],
      outputs: [valueInfo('y', onnxType.double, [1, 1])],
    })
    const { network, difference } = await importOnnx(bytes)
    const [{ layer }] = network.nodes
    expect(layer.kind === 'dense' && [...layer.weight.data]).toEqual([...values])
    expect(difference).toBeLessThan(1e-15)
  })

  it('may lie in the typed fields of a tensor', async () => {
    const model = decodeModel(
      smallModel({
        inputs: { x: [1, 4] },
        constants: { s: whole(2, 2), c: numbers([1, 2, 3, 4], [2, 2]) },
        steps: [
          ['Reshape', ['x', 's'], 'z'],
          ['Mul', ['z', 'c'], 'y'],
        ],
      }),
    )
    const initializer = model.graph.initializer.map(({ name, dims, dataType }) => ({
      name,
      dims,
      dataType,
      ...(name === 's' ? { int64Data: [2, 2] } : { floatData: [1, 2, 3, 4] }),
    }))
    const { network } = await importOnnx(encodeModel({ ...model, graph: { ...model.graph, initializer } }))
    expect([...evaluate64(network, Float64Array.of(1, 1, 1, -1))]).toEqual([1, 2, 3, -4])
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
