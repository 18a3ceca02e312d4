// Weight pruning: the paper's counts, which weights go, and masks that agree with the zeros.
import { describe, expect, it } from 'vitest'
import {
  buildArchitecture,
  countNonzeroWeights,
  createNetwork,
  nodeById,
  trainableParameters,
  type Parameter,
} from '../../core/nn/index.ts'
import { SeededRandom } from '../../core/data/random.ts'
import { pruneWeights } from '../../core/prune/index.ts'
import { lowestIndices, lowestInOrder } from '../../core/score/index.ts'
import { masksOfZeros } from '../../core/train/index.ts'

function parameter(shape: readonly number[], values: readonly number[]): Parameter {
  return { shape, data: Float32Array.from(values) }
}

it('the lowest in order are the lowest, ties by index', () => {
  const random = new SeededRandom(5)
  for (let round = 0; round < 40; round++) {
    const scores = Float64Array.from({ length: 60 }, () => Math.floor(random.uniform() * 12))
    const count = Math.floor(random.uniform() * 61)
    expect(lowestInOrder(scores, count)).toEqual(lowestIndices(scores, count).sort())
  }
})

describe('pruneWeights', () => {
  it.each([
    ['net1', 0.9, 5290],
    ['net1', 0.7, 15869],
    ['net1', 0.5, 26448],
    ['net2', 0.9, 11092],
    ['net2', 0.7, 33274],
    ['net2', 0.5, 55456],
  ] as const)('%s at %f keeps %i weights (the < rule)', (name, ratio, kept) => {
    expect(countNonzeroWeights(pruneWeights(buildArchitecture(name, [784], 2), ratio).network)).toBe(kept)
  })

  it('zeroes the smallest |w| of all layers together and nothing else', () => {
    const network = createNetwork({
      name: 'tiny',
      inputShape: [2],
      nodes: [
        {
          id: 'a',
          layer: { kind: 'dense', weight: parameter([2, 2], [0.1, -5, 3, -0.2]), bias: parameter([2], [0.01, 0.02]) },
        },
        { id: 'r', layer: { kind: 'relu' } },
        { id: 'b', layer: { kind: 'dense', weight: parameter([1, 2], [0.15, 4]), bias: parameter([1], [0.001]) } },
      ],
    })
    const { network: pruned, masks } = pruneWeights(network, 0.5)
    expect(
      Object.fromEntries(trainableParameters(pruned).map(({ name, parameter: p }) => [name, Array.from(p.data)])),
    ).toEqual({
      'a.weight': [0, -5, 3, 0],
      'a.bias': [0.01, 0.02].map(Math.fround),
      'b.weight': [0, 4],
      'b.bias': [Math.fround(0.001)],
    })
    expect(masks).toEqual({ 'a.weight': Uint8Array.of(0, 1, 1, 0), 'b.weight': Uint8Array.of(0, 1) })
    expect(masksOfZeros(pruned)).toEqual(masks)
  })

  it('counts exactly where weights are equal', () => {
    const network = createNetwork({
      name: 'equal',
      inputShape: [4],
      nodes: [
        {
          id: 'a',
          layer: { kind: 'dense', weight: parameter([2, 4], Array<number>(8).fill(1)), bias: parameter([2], [0, 0]) },
        },
      ],
    })
    const layer = nodeById(pruneWeights(network, 0.5).network, 'a').layer
    expect(layer.kind === 'dense' && Array.from(layer.weight.data)).toEqual([0, 0, 0, 0, 1, 1, 1, 1])
  })

  it('ratio 1 leaves no weight, ratio 0 all', () => {
    const network = buildArchitecture('net1', [784], 2)
    expect(countNonzeroWeights(pruneWeights(network, 1).network)).toBe(0)
    expect(countNonzeroWeights(pruneWeights(network, 0).network)).toBe(52896)
  })

  it.each([-0.1, 1.1, NaN])('refuses the ratio %f', (ratio) => {
    const network = buildArchitecture('net1', [784], 2)
    expect(() => pruneWeights(network, ratio)).toThrow(expect.objectContaining({ code: 'prune/ratio' }))
  })
})
