// Exported models run in ONNX Runtime and give the network's own outputs, for every layer kind and architecture.
import fc from 'fast-check'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { decodeModel } from '../../../core/engine/onnx/schema.ts'
import { exportOnnx, type ExportOptions } from '../../../core/io/onnx/export.ts'
import {
  buildArchitecture,
  createNetwork,
  evaluate64,
  withParameters,
  type Layer,
  type Network,
} from '../../../core/nn/index.ts'
import { networkOf, pointOf, randomPlan, relativeDifference } from '../../nn/random-network.ts'

async function expectSame(network: Network, options: ExportOptions = {}): Promise<void> {
  const session = await InferenceSession.create(exportOnnx(network, options), { intraOpNumThreads: 1 })
  expect([session.inputNames, session.outputNames]).toEqual([['input'], ['output']])
  for (const seed of [1, 2]) {
    const x = pointOf(network, seed)
    const { output } = await session.run({
      input: new Tensor('float32', Float32Array.from(x), [1, ...network.inputShape]),
    })
    const expected = evaluate64(network, x)
    expect(output.dims).toEqual([1, expected.length])
    expect(relativeDifference(output.data as Float32Array, expected)).toBeLessThan(1e-5)
  }
  await session.release()
}

/** ONNX operators of the exported model, in order. */
const operators = (network: Network, options: ExportOptions = {}): string[] =>
  decodeModel(exportOnnx(network, options)).graph.node.map(({ opType }) => opType)

describe('exportOnnx', () => {
  it('agrees with the network on random networks of every kind, folded or not', async () => {
    const seen = new Set<Layer['kind']>()
    await fc.assert(
      fc.asyncProperty(randomPlan, fc.boolean(), async (plan, fold) => {
        const network = networkOf(plan)
        for (const { layer } of network.nodes) seen.add(layer.kind)
        await expectSame(network, { fold })
      }),
      { numRuns: 60 },
    )
    expect(seen.size).toBe(12)
  })

  it.each(['net1', 'net2', 'convSmall', 'cnnB', 'convBig', 'resnet4b', 'sigmoidCnn'] as const)(
    'agrees on %s',
    async (name) => {
      const normalisation = { mean: [0.4, 0.5, 0.4], deviation: [0.2, 0.25, 0.3] }
      await expectSame(buildArchitecture(name, [3, 32, 32], 1, { normalisation, batchNorm: true }))
    },
  )

  it('declares opset 13, batch 1, float32, and no batch norm', () => {
    const model = decodeModel(exportOnnx(buildArchitecture('net1', [1, 28, 28], 1)))
    expect(model.opsetImport).toEqual([{ domain: '', version: 13 }])
    expect(model.graph.initializer.every(({ dataType }) => dataType === 1)).toBe(true)
    expect(model.graph.input[0].type.tensorType.shape.dim.map(({ dimValue }) => Number(dimValue))).toEqual([
      1, 1, 28, 28,
    ])
    const layers = ['Gemm', 'Relu', 'Gemm', 'Relu', 'Gemm', 'Relu', 'Gemm']
    expect(operators(buildArchitecture('net1', [1, 28, 28], 1))).toEqual(['Flatten', ...layers])
    expect(operators(buildArchitecture('net1', [1, 28, 28], 1), { fold: false })).toContain('BatchNormalization')
  })

  it('writes a grafted activation as Relu, Mul and Add', () => {
    const filled = (value: number) => ({ shape: [3], data: new Float32Array(3).fill(value) })
    const layer: Layer = { kind: 'graftedRelu', mask: filled(1), slope: filled(0.5), intercept: filled(1) }
    const network = createNetwork({ name: 'graft', inputShape: [3], nodes: [{ id: 'g', layer }] })
    expect(operators(network)).toEqual(['Relu', 'Mul', 'Mul', 'Add', 'Add'])
  })

  it('writes a network without its dead neurons, and with them where nothing is folded', async () => {
    const network = buildArchitecture('net1', [9], 1)
    const rows = Float32Array.from({ length: 64 }, (_, i) => (i < 20 ? 0 : 1))
    const pruned = withParameters(network, { 'bn1.gamma': rows, 'bn1.beta': new Float32Array(64) })
    const widths = (options: ExportOptions): unknown[] =>
      decodeModel(exportOnnx(pruned, options))
        .graph.initializer.slice(0, 1)
        .map(({ dims }) => dims.map(Number))
    expect([widths({}), widths({ fold: false })]).toEqual([[[44, 9]], [[64, 9]]])
    await expectSame(pruned)
  })

  it('keeps names apart, and writes the empty network', async () => {
    const pool: Layer = { kind: 'avgPool', kernel: [2, 2], strides: [1, 1], pads: [1, 0, 0, 1] }
    const nodes = [
      { id: 'output', layer: pool },
      { id: 'flat', layer: { kind: 'flatten' } as const },
    ]
    await expectSame(createNetwork({ name: 'pool', inputShape: [2, 3, 3], nodes }))
    await expectSame(createNetwork({ name: 'nothing', inputShape: [3], nodes: [] }))
  })
})
