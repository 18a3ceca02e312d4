// Removing neurons equals setting their activations to zero, and really makes the network smaller.
import { describe, expect, it } from 'vitest'
import { SeededRandom } from '../../core/data/random.ts'
import {
  activationNodes,
  allParameters,
  buildArchitecture,
  countNeurons,
  countWeights,
  createNetwork,
  evaluate64,
  networkHash,
  nodeById,
  removeNeurons,
  sizeOf,
  withParameters,
  type Layer,
  type Network,
} from '../../core/nn/index.ts'
import { networkOf, pointOf, relativeDifference } from './random-network.ts'

/** The same network with the activations outside `keep` (features or channels) set to zero by grafts with a = b = 0. */
function masked(network: Network, id: string, keep: readonly number[]): Network {
  const nodes = network.nodes.map((node) => {
    if (node.id !== id) return node
    const plane = sizeOf(node.shape.slice(1))
    const removed = Float32Array.from({ length: sizeOf(node.shape) }, (_, i) =>
      keep.includes(Math.floor(i / plane)) ? 0 : 1,
    )
    const zeros = { shape: node.shape, data: new Float32Array(removed.length) }
    const layer: Layer = {
      kind: 'graftedRelu',
      mask: { shape: node.shape, data: removed },
      slope: zeros,
      intercept: zeros,
    }
    return { ...node, layer }
  })
  return createNetwork({ ...network, nodes })
}

function trained(network: Network): Network {
  const random = new SeededRandom(5)
  const norms = allParameters(network).filter(({ name }) => /bn\d*\./i.test(name))
  return withParameters(
    network,
    Object.fromEntries(norms.map(({ name, parameter }) => [name, parameter.data.map(() => random.between(0.3, 1.4))])),
  )
}

function expectSame(actual: Network, expected: Network): void {
  for (let seed = 0; seed < 4; seed++) {
    const x = pointOf(expected, seed)
    expect(relativeDifference(evaluate64(actual, x), evaluate64(expected, x))).toBeLessThan(1e-13)
  }
}

const some = (count: number): number[] => Array.from({ length: count }, (_, i) => i).filter((i) => i % 3 !== 1)

describe('removeNeurons', () => {
  it.each(['net1', 'convSmall', 'cnnB'] as const)('equals masking every activation of %s', (name) => {
    const network = trained(
      buildArchitecture(
        name,
        [3, 16, 16].map((d) => (name === 'convSmall' && d === 16 ? 20 : d)),
        1,
        { batchNorm: true },
      ),
    )
    for (const { node } of activationNodes(network)) {
      const keep = some(node.shape[0])
      const smaller = removeNeurons(network, node.id, keep)
      expect(nodeById(smaller, node.id).shape).toEqual([keep.length, ...node.shape.slice(1)])
      expect(countNeurons(smaller)).toBe(
        countNeurons(network) - (node.shape[0] - keep.length) * sizeOf(node.shape.slice(1)),
      )
      expectSame(smaller, masked(network, node.id, keep))
    }
  })

  it('goes through pooling, grafts and flatten', () => {
    const steps = ['conv2d', 'batchNorm', 'affine', 'graftedRelu', 'avgPool', 'relu', 'flatten', 'dense'] as const
    const network = networkOf({ inputShape: [2, 7, 6], steps: steps.map((kind) => ({ kind, choice: 1 })), seed: 8 })
    const graft = network.nodes.find(({ layer }) => layer.kind === 'graftedRelu') ?? expect.fail('no graft')
    expect(graft.shape[0]).toBe(3)
    const smaller = removeNeurons(network, graft.id, [0, 2])
    const zeroed = createNetwork({
      ...network,
      nodes: network.nodes.map((node) => {
        if (node !== graft || graft.layer.kind !== 'graftedRelu') return node
        const plane = sizeOf(graft.shape.slice(1))
        const outside = (i: number) => Math.floor(i / plane) === 1
        const { mask, slope, intercept } = graft.layer
        const change = (parameter: typeof mask, to: number) => ({
          shape: parameter.shape,
          data: parameter.data.map((value, i) => (outside(i) ? to : value)),
        })
        const layer: Layer = {
          kind: 'graftedRelu',
          mask: change(mask, 1),
          slope: change(slope, 0),
          intercept: change(intercept, 0),
        }
        return { ...node, layer }
      }),
    })
    expectSame(smaller, zeroed)
  })

  it('gives the weight counts of spec A.8 for NET1 with widths 12, 11, 4', () => {
    let network = buildArchitecture('net1', [784], 1)
    for (const [id, width] of [
      ['relu1', 12],
      ['relu2', 11],
      ['relu3', 4],
    ] as const) {
      network = removeNeurons(
        network,
        id,
        Array.from({ length: width }, (_, i) => i),
      )
    }
    expect(countNeurons(network)).toBe(27)
    expect(countWeights(network)).toBe(9624)
  })

  it('changes nothing when everything is kept', () => {
    const network = buildArchitecture('net1', [4], 1)
    expect(
      networkHash(
        removeNeurons(
          network,
          'relu1',
          Uint32Array.from({ length: 64 }, (_, i) => i),
        ),
      ),
    ).toBe(networkHash(network))
  })

  it('shrinks both readers of a shared activation, and the inside of a residual block', () => {
    const network = buildArchitecture('resnet4b', [3, 16, 16], 1)
    for (const id of ['stemRelu', 'block1Relu1', 'block4Relu1', 'dense1Relu']) {
      const keep = some(nodeById(network, id).shape[0])
      expectSame(removeNeurons(network, id, keep), masked(network, id, keep))
    }
  })

  it('refuses what a residual sum, a later normalisation or the output needs, and bad indices', () => {
    const network = buildArchitecture('resnet4b', [3, 16, 16], 1)
    expect(() => removeNeurons(network, 'block1Relu2', [0])).toThrow(/"block\w+" \(add\)/)
    const late = networkOf({
      inputShape: [3],
      steps: [
        { kind: 'dense', choice: 1 },
        { kind: 'relu', choice: 0 },
        { kind: 'batchNorm', choice: 0 },
      ],
      seed: 1,
    })
    expect(() => removeNeurons(late, 'n1', [0])).toThrow(/"n2" \(batchNorm\)/)
    expect(() => removeNeurons(late, 'first', [0])).toThrow(/cannot be removed/)
    for (const keep of [[], [1, 0], [0, 0], [99], [-1], [0.5]]) {
      expect(() => removeNeurons(network, 'stemRelu', keep)).toThrow(/increasing indices below 16/)
    }
    expect(() => removeNeurons(network, 'nowhere', [0])).toThrow(/no layer "nowhere"/)
  })
})
