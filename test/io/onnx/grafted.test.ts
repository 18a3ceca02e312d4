// Grafted networks come back from their ONNX export as they were: the same layer kinds, masks, slopes and intercepts.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { graftNeurons } from '../../../core/graft/index.ts'
import { exportOnnx } from '../../../core/io/onnx/export.ts'
import { importOnnx, translateOnnx } from '../../../core/io/onnx/import/import.ts'
import {
  activationNodes,
  buildArchitecture,
  cutDeadNeurons,
  fuseBatchNorm,
  type ArchitectureName,
  type Network,
  type Shape,
} from '../../../core/nn/index.ts'
import { networkOf, randomPlan } from '../../nn/random-network.ts'
import { numbers, smallModel, type SmallModel } from './models.ts'

/** What each activation does to each neuron; slopes and intercepts are float32 numbers in either network. */
function activations(network: Network) {
  return activationNodes(network).map(({ node: { layer } }) => {
    if (layer.kind !== 'graftedRelu' && layer.kind !== 'graftedSigmoid') return { kind: layer.kind }
    const { kind, mask, slope, intercept } = layer
    const lines = (values: ArrayLike<number>): number[] => Array.from(values, (value, k) => value * mask.data[k] || 0)
    return { kind, mask: lines(mask.data), slope: lines(slope.data), intercept: lines(intercept.data) }
  })
}

const kinds = (network: Network): string[] => network.nodes.map(({ layer }) => layer.kind)

describe('an exported grafted network', () => {
  it('is read back with the activations of random networks, folded or not', () => {
    let grafted = 0
    fc.assert(
      fc.property(randomPlan, fc.boolean(), ({ steps, ...plan }, fold) => {
        // An import may keep a new order of elements for a later layer.
        const network = networkOf({ ...plan, steps: steps.filter(({ kind }) => kind !== 'gather') })
        const written = fold ? cutDeadNeurons(fuseBatchNorm(network)) : network
        const { network: read } = translateOnnx(exportOnnx(network, { fold }))
        grafted += activations(written).filter(({ kind }) => kind.startsWith('grafted')).length
        expect(activations(read)).toEqual(activations(written))
        expect(kinds(read).filter((kind) => kind === 'add')).toEqual(kinds(written).filter((kind) => kind === 'add'))
      }),
      { numRuns: 150 },
    )
    expect(grafted).toBeGreaterThan(50)
  })

  it.each<[ArchitectureName, Shape]>([
    ['convSmall', [1, 28, 28]],
    ['resnet4b', [3, 32, 32]],
    ['sigmoidCnn', [1, 28, 28]],
    ['net1', [1, 28, 28]],
  ])('is layer for layer the same: %s', async (name, inputShape) => {
    const plain = fuseBatchNorm(buildArchitecture(name, inputShape, 1))
    const neurons = activationNodes(plain).reduce((sum, each) => sum + each.neurons, 0)
    const line = (value: (k: number) => number) => Float32Array.from({ length: neurons }, (_, k) => value(k))
    const lines = { slope: line((k) => 0.1 + (k % 7) / 16), intercept: line((k) => ((k % 5) - 2) / 32) }
    const chosen = Uint32Array.from({ length: Math.floor(neurons / 2) }, (_, k) => 2 * k)
    const network = graftNeurons(plain, chosen, lines)
    const { network: read, difference } = await importOnnx(exportOnnx(network))
    expect(kinds(read)).toEqual(kinds(network))
    expect(activations(read)).toEqual(activations(network))
    expect(difference).toBeLessThan(1e-4)
  })
})

describe('sums that are no grafted activation', () => {
  const z = { inputs: { x: [1, 3] } } satisfies Partial<SmallModel>
  it.each<[string, SmallModel]>([
    [
      'a residual',
      {
        ...z,
        steps: [
          ['Relu', ['x'], 'a'],
          ['Add', ['x', 'a'], 'y'],
        ],
      },
    ],
    ['a leaky ReLU', { ...z, steps: [['LeakyRelu', ['x'], 'y', { alpha: { float: 0.25 } }]] }],
    ['a line added to a neuron that is open', openAndLine([1, 0, 0], [0.5, 0.5, 0.5])],
    ['an intercept added to a neuron that is open', { ...openAndLine([1, 0, 0], [0, 0.5, 0.5], [0.1, 0, 0]) }],
    [
      'a ReLU of another value',
      {
        ...z,
        steps: [
          ['Neg', ['x'], 'a'],
          ['Relu', ['a'], 'b'],
          ['Add', ['x', 'b'], 'y'],
        ],
      },
    ],
  ])('stay sums: %s', (_name, model) => {
    const found = kinds(translateOnnx(smallModel(model)).network)
    expect(found).toContain('add')
    expect(found).toContain('relu')
  })

  it('while lines where the neuron is closed make one', () => {
    const { network } = translateOnnx(smallModel(openAndLine([1, 0, 0], [0, 0.5, -2], [0, 0.25, 0])))
    expect(kinds(network)).toEqual(['graftedRelu'])
    expect(activations(network)).toEqual([
      { kind: 'graftedRelu', mask: [0, 1, 1], slope: [0, 0.5, -2], intercept: [0, 0.25, 0] },
    ])
  })
})

/** open·relu(x) + (slope·x + intercept). */
function openAndLine(open: number[], slope: number[], intercept = [0, 0, 0]): SmallModel {
  return {
    inputs: { x: [1, 3] },
    constants: { open: numbers(open), slope: numbers(slope), intercept: numbers(intercept) },
    steps: [
      ['Relu', ['x'], 'a'],
      ['Mul', ['a', 'open'], 'b'],
      ['Mul', ['x', 'slope'], 'c'],
      ['Add', ['c', 'intercept'], 'd'],
      ['Add', ['b', 'd'], 'y'],
    ],
  }
}
