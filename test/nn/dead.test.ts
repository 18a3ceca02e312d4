// Dead neurons are cut without a change of the function; what is alive, or needed by a sum, stays.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SeededRandom } from '../../core/data/random.ts'
import {
  allParameters,
  buildArchitecture,
  countNeurons,
  createNetwork,
  cutDeadNeurons,
  evaluate64,
  fuseBatchNorm,
  nodeById,
  sizeOf,
  withParameters,
  type Layer,
  type Network,
} from '../../core/nn/index.ts'
import { networkOf, pointOf, randomPlan, relativeDifference } from './random-network.ts'

/** The network with the given entries of an activation at zero. */
function zeroed(network: Network, id: string, isZero: (index: number) => boolean): Network {
  const nodes = network.nodes.map((node) => {
    if (node.id !== id) return node
    const parameter = (data: Float32Array) => ({ shape: node.shape, data })
    const size = sizeOf(node.shape)
    const layer: Layer = {
      kind: 'graftedRelu',
      mask: parameter(Float32Array.from({ length: size }, (_, i) => Number(isZero(i)))),
      slope: parameter(new Float32Array(size)),
      intercept: parameter(new Float32Array(size)),
    }
    return { ...node, layer }
  })
  return createNetwork({ ...network, nodes })
}

/** Random numbers of every weight set to zero, rows and columns among them more often. */
function sparse(network: Network, seed: number): Network {
  const random = new SeededRandom(seed)
  const weights = allParameters(network).filter(({ role }) => role === 'weight' || role === 'gamma' || role === 'bias')
  return withParameters(
    network,
    Object.fromEntries(
      weights.map(({ name, parameter: { shape, data } }) => {
        const inner = data.length / shape[0]
        const rows = Array.from({ length: shape[0] }, () => random.uniform() < 0.4)
        const columns = Array.from({ length: inner }, () => random.uniform() < 0.4)
        return [name, data.map((value, i) => (rows[Math.floor(i / inner)] || columns[i % inner] ? 0 : value))]
      }),
    ),
  )
}

function expectSame(actual: Network, expected: Network): void {
  for (let seed = 0; seed < 5; seed++) {
    const x = pointOf(expected, seed)
    expect(relativeDifference(evaluate64(actual, x), evaluate64(expected, x))).toBeLessThan(1e-12)
  }
}

describe('cutDeadNeurons', () => {
  it('removes features and channels that were masked, as neuron pruning would', () => {
    const network = buildArchitecture('convSmall', [1, 20, 20], 1)
    const [conv1, , dense1] = network.nodes.filter(({ layer }) => layer.kind === 'relu')
    const masked = zeroed(
      zeroed(network, conv1.id, (i) => Math.floor(i / 81) % 3 === 0),
      dense1.id,
      (i) => i < 60,
    )
    const cut = cutDeadNeurons(masked)
    expect(nodeById(cut, conv1.id).shape).toEqual([10, 9, 9])
    expect(nodeById(cut, dense1.id).shape).toEqual([40])
    expect(cut.nodes.map(({ layer }) => layer.kind)).toEqual(network.nodes.map(({ layer }) => layer.kind))
    expectSame(cut, masked)
  })

  it('keeps a channel of which one neuron lives, and its mask', () => {
    const network = buildArchitecture('convSmall', [1, 20, 20], 1)
    const { id } = network.nodes.find(({ layer }) => layer.kind === 'relu') ?? expect.fail()
    const masked = zeroed(network, id, (i) => i < 161)
    const cut = cutDeadNeurons(masked)
    expect(nodeById(cut, id).shape).toEqual([15, 9, 9])
    expect(nodeById(cut, id).layer.kind).toBe('graftedRelu')
    expectSame(cut, masked)
  })

  it('follows what a removal frees, forwards and backwards', () => {
    const parameter = (shape: number[], values: number[]) => ({ shape, data: Float32Array.from(values) })
    const dense = (shape: number[], weight: number[], bias: number[]): Layer => ({
      kind: 'dense',
      weight: parameter(shape, weight),
      bias: parameter([shape[0]], bias),
    })
    const network = createNetwork({
      name: 'chain',
      inputShape: [1],
      nodes: [
        { id: 'a', layer: dense([3, 1], [0, 1, 1], [-1, 0, 0]) },
        { id: 'ra', layer: { kind: 'relu' } },
        { id: 'b', layer: dense([3, 3], [5, 0, 0, 0, 1, 0, 0, 0, 1], [-2, 0, 0]) },
        { id: 'rb', layer: { kind: 'relu' } },
        { id: 'c', layer: dense([1, 3], [1, 1, 0], [0]) },
      ],
    })
    const cut = cutDeadNeurons(network)
    expect(cut.nodes.map(({ shape }) => shape)).toEqual([[1], [1], [1], [1], [1]])
    expectSame(cut, network)
  })

  it('keeps a constant neuron that is not zero, and one neuron of a dead layer', () => {
    const parameter = (shape: number[], values: number[]) => ({ shape, data: Float32Array.from(values) })
    const network = (bias: number[]): Network =>
      createNetwork({
        name: 'constant',
        inputShape: [1],
        nodes: [
          { id: 'a', layer: { kind: 'dense', weight: parameter([2, 1], [0, 0]), bias: parameter([2], bias) } },
          { id: 'r', layer: { kind: 'relu' } },
          { id: 'b', layer: { kind: 'dense', weight: parameter([1, 2], [3, 4]), bias: parameter([1], [1]) } },
        ],
      })
    expect(evaluate64(cutDeadNeurons(network([0.5, -1])), Float64Array.of(9))).toEqual(Float64Array.of(2.5))
    expect(countNeurons(cutDeadNeurons(network([0.5, -1])))).toBe(1)
    expect(countNeurons(cutDeadNeurons(network([-1, -1])))).toBe(1)
    expect(evaluate64(cutDeadNeurons(network([-1, -1])), Float64Array.of(9))).toEqual(Float64Array.of(1))
  })

  it('never takes a sigmoid for zero, and cuts a grafted one whose line is zero', () => {
    const parameter = (shape: number[], values: number[]) => ({ shape, data: Float32Array.from(values) })
    const zeros = parameter([2], [0, 0])
    const network = (mask: number[]): Network =>
      createNetwork({
        name: 'sigmoid',
        inputShape: [1],
        nodes: [
          { id: 'a', layer: { kind: 'dense', weight: parameter([2, 1], [0, 1]), bias: parameter([2], [-1, 0]) } },
          { id: 's', layer: { kind: 'graftedSigmoid', mask: parameter([2], mask), slope: zeros, intercept: zeros } },
          { id: 'b', layer: { kind: 'dense', weight: parameter([1, 2], [3, 4]), bias: parameter([1], [1]) } },
        ],
      })
    const [open, half] = [network([0, 0]), network([1, 0])]
    expectSame(cutDeadNeurons(open), open)
    expectSame(cutDeadNeurons(half), half)
    const shapes = [open, half].map((given) => nodeById(cutDeadNeurons(given), 's'))
    expect(shapes.map(({ layer, shape }) => [layer.kind, shape])).toEqual([
      ['sigmoid', [2]],
      ['sigmoid', [1]],
    ])
  })

  it('leaves what a residual sum needs, and cuts inside the block', () => {
    const network = buildArchitecture('resnet4b', [3, 16, 16], 1)
    const masked = zeroed(
      zeroed(network, 'block2Relu1', (i) => i < 64),
      'block1Relu2',
      (i) => i < 64,
    )
    const cut = cutDeadNeurons(masked)
    expect(nodeById(cut, 'block1Relu2').shape).toEqual(nodeById(network, 'block1Relu2').shape)
    expect(nodeById(cut, 'block2Relu1').shape[0]).toBeLessThan(nodeById(network, 'block2Relu1').shape[0])
    expectSame(cut, masked)
  })

  it('gives back a network in which nothing is dead', () => {
    const network = buildArchitecture('net1', [6], 1)
    expect(cutDeadNeurons(network)).toBe(network)
  })

  it('never changes the function of sparse networks of every layer kind, folded or not', () => {
    fc.assert(
      fc.property(randomPlan, fc.integer({ min: 0, max: 1000 }), (plan, seed) => {
        const network = sparse(networkOf(plan), seed)
        expectSame(cutDeadNeurons(network), network)
        expectSame(cutDeadNeurons(fuseBatchNorm(network)), network)
      }),
      { numRuns: 200 },
    )
  })

  it('cuts the rows that weight pruning empties', () => {
    const pruned = sparse(buildArchitecture('net1', [20], 3), 4)
    const cut = cutDeadNeurons(fuseBatchNorm(pruned))
    expect(countNeurons(cut)).toBeLessThan(countNeurons(pruned))
    expectSame(cut, pruned)
  })
})
