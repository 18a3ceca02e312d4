// Neuron pruning: the paper's counts, which neurons go, and what is refused.
import { describe, expect, it } from 'vitest'
import { EspalierError } from '../../core/contract/errors.ts'
import { SeededRandom } from '../../core/data/random.ts'
import {
  activationNodes,
  allParameters,
  buildArchitecture,
  countNeurons,
  createNetwork,
  evaluate64,
  nodeById,
  withParameters,
  type Network,
  type Parameter,
} from '../../core/nn/index.ts'
import { pruneNeurons } from '../../core/prune/index.ts'
import { networkOf, pointOf, relativeDifference } from '../nn/random-network.ts'

/** NET1 or NET2 with random γ of both signs. */
function withGammas(name: 'net1' | 'net2', seed: number): Network {
  const random = new SeededRandom(seed)
  const network = buildArchitecture(name, [784], seed)
  const gammas = network.nodes.flatMap(({ id, layer }): [string, Float32Array][] =>
    layer.kind === 'batchNorm' ? [[`${id}.gamma`, layer.gamma.data.map(() => random.normal()) as Float32Array]] : [],
  )
  return withParameters(network, Object.fromEntries(gammas))
}

function gammasOf(network: Network): number[] {
  return network.nodes.flatMap(({ layer }) => (layer.kind === 'batchNorm' ? Array.from(layer.gamma.data) : []))
}

function parameter(shape: readonly number[], values: readonly number[]): Parameter {
  return { shape, data: Float32Array.from(values) }
}

/** 2 inputs, hidden layers of 3 and 2 neurons with the given γ and β, 1 output. */
function tiny(first: readonly number[], second: readonly number[], beta = 0): Network {
  const batchNorm = (gamma: readonly number[]) =>
    ({
      kind: 'batchNorm',
      gamma: parameter([gamma.length], gamma),
      beta: parameter(
        [gamma.length],
        gamma.map(() => beta),
      ),
      mean: parameter(
        [gamma.length],
        gamma.map(() => 0),
      ),
      variance: parameter(
        [gamma.length],
        gamma.map(() => 1),
      ),
      epsilon: 0,
    }) as const
  return createNetwork({
    name: 'tiny',
    inputShape: [2],
    nodes: [
      {
        id: 'dense1',
        layer: { kind: 'dense', weight: parameter([3, 2], [1, 2, 3, 4, 5, 6]), bias: parameter([3], [0, 0, 0]) },
      },
      { id: 'bn1', layer: batchNorm(first) },
      { id: 'relu1', layer: { kind: 'relu' } },
      {
        id: 'dense2',
        layer: { kind: 'dense', weight: parameter([2, 3], [1, 1, 1, 2, 2, 2]), bias: parameter([2], [0, 0]) },
      },
      { id: 'bn2', layer: batchNorm(second) },
      { id: 'relu2', layer: { kind: 'relu' } },
      { id: 'dense3', layer: { kind: 'dense', weight: parameter([1, 2], [1, 1]), bias: parameter([1], [0]) } },
    ],
  })
}

describe('pruneNeurons', () => {
  it.each([
    ['net1', 0.75, 27],
    ['net1', 0.5, 55],
    ['net1', 0.25, 83],
    ['net2', 0.8, 44],
    ['net2', 0.5, 111],
    ['net2', 0.25, 167],
  ] as const)('%s at %f keeps %i hidden neurons, as the paper reports', (name, ratio, kept) => {
    const pruned = pruneNeurons(withGammas(name, 3), ratio)
    expect(countNeurons(pruned)).toBe(kept)
  })

  it('keeps the largest |γ| of all layers together', () => {
    const network = withGammas('net1', 5)
    const largest = gammasOf(network)
      .sort((a, b) => Math.abs(b) - Math.abs(a))
      .slice(0, 55)
    expect(gammasOf(pruneNeurons(network, 0.5)).sort()).toEqual(largest.sort())
  })

  it('removes rows before and columns after', () => {
    const pruned = pruneNeurons(tiny([0.5, -0.1, 0.9], [0.2, 0.8]), 0.4)
    const first = nodeById(pruned, 'dense1').layer
    const second = nodeById(pruned, 'dense2').layer
    if (first.kind !== 'dense' || second.kind !== 'dense') throw new Error('not dense')
    expect(Array.from(first.weight.data)).toEqual([5, 6])
    expect(second.weight.shape).toEqual([1, 1])
    expect(Array.from(second.weight.data)).toEqual([2])
  })

  it('equals the network whose removed neurons have γ = β = 0', () => {
    const network = tiny([0.5, -0.1, 0.9], [0.2, 0.8])
    const zeroed = tiny([0.5, 0, 0.9], [0, 0.8])
    const x = Float64Array.of(0.3, 0.7)
    expect(Array.from(evaluate64(pruneNeurons(network, 0.39), x))).toEqual(Array.from(evaluate64(zeroed, x)))
  })

  it('drops the constant max(β, 0) of a removed neuron, as the paper does', () => {
    const pruned = pruneNeurons(tiny([1, 0, 1], [1, 1], 0.5), 0.19)
    const kept = tiny([1, 0, 1], [1, 1], 0.5)
    const x = Float64Array.of(0, 0)
    expect(evaluate64(kept, x)[0] - evaluate64(pruned, x)[0]).toBeCloseTo(0.5 * (1 + 2), 12)
  })

  it('ratio 0 removes nothing', () => {
    const network = withGammas('net1', 1)
    expect(pruneNeurons(network, 0)).toBe(network)
  })

  it('never empties a layer: the next smallest elsewhere goes instead', () => {
    const pruned = pruneNeurons(tiny([0.5, 0.6, 0.9], [0.01, 0.02]), 0.2)
    expect(gammasOf(pruned)).toEqual([Math.fround(0.6), Math.fround(0.9), Math.fround(0.02)])
  })

  it('keeps the count exact where all γ are equal', () => {
    expect(countNeurons(pruneNeurons(buildArchitecture('net1', [784], 1), 0.75))).toBe(27)
  })

  it('prunes channels of a convolutional network', () => {
    const network = buildArchitecture('convSmall', [1, 28, 28], 1, { batchNorm: true })
    const pruned = pruneNeurons(network, 0.5)
    const x = new Float64Array(784).fill(0.5)
    expect(gammasOf(pruned).length).toBe(gammasOf(network).length - Math.floor(gammasOf(network).length / 2) - 1)
    expect(evaluate64(pruned, x)).toHaveLength(10)
  })

  it.each(['cnnB', 'resnet4b'] as const)(
    'removes filters of %s exactly: as γ = β = 0 would, through flatten and beside residual sums',
    (name) => {
      const fresh = buildArchitecture(name, [3, 16, 16], 1, { batchNorm: true })
      const random = new SeededRandom(4)
      const norms = allParameters(fresh).filter(({ name: id }) => /Bn\d*\.|bn\d*\./.test(id))
      const drawn = norms.map(({ name: id, parameter: { data } }): [string, Float32Array] => [
        id,
        Float32Array.from(data, () => random.between(0.2, 1.5)),
      ])
      const network = withParameters(fresh, Object.fromEntries(drawn))
      const ranked = activationNodes(network).flatMap(({ preActivationNode }) => {
        const { layer } = nodeById(network, preActivationNode)
        return layer.kind === 'batchNorm' ? [{ id: preActivationNode, gamma: layer.gamma.data }] : []
      })
      const all = ranked.flatMap(({ gamma }) => Array.from(gamma)).sort((a, b) => a - b)
      const threshold = all[Math.floor(0.4 * all.length)]
      const zeroed = withParameters(
        network,
        Object.fromEntries(
          ranked.flatMap(({ id, gamma }) => {
            const { layer } = nodeById(network, id)
            const beta = layer.kind === 'batchNorm' ? layer.beta.data : gamma
            const kept = (values: typeof gamma): typeof gamma =>
              values.map((value, i) => (gamma[i] <= threshold ? 0 : value))
            return [[`${id}.gamma`, kept(gamma)], [`${id}.beta`, kept(beta)]] // prettier-ignore
          }),
        ),
      )
      const pruned = pruneNeurons(network, 0.4)
      const left = activationNodes(pruned).filter(({ preActivationNode }) => nodeById(pruned, preActivationNode).layer.kind === 'batchNorm') // prettier-ignore
      expect(left.reduce((sum, { node }) => sum + node.shape[0], 0)).toBe(all.length - Math.floor(0.4 * all.length) - 1)
      for (const seed of [1, 2]) {
        const x = pointOf(network, seed)
        expect(relativeDifference(evaluate64(pruned, x), evaluate64(zeroed, x))).toBeLessThan(1e-12)
      }
    },
  )

  it('refuses neurons that a residual sum needs', () => {
    const network = networkOf({
      inputShape: [4],
      steps: [
        { kind: 'dense', choice: 2 },
        { kind: 'batchNorm', choice: 0 },
        { kind: 'relu', choice: 0 },
        { kind: 'add', choice: 0 },
        { kind: 'relu', choice: 0 },
      ],
      seed: 2,
    })
    expect(() => pruneNeurons(network, 0.4)).toThrow(expect.objectContaining({ code: 'model/unsupported' }))
  })

  it.each([-0.1, 1.1, NaN])('refuses the ratio %f', (ratio) => {
    expect(() => pruneNeurons(tiny([1, 1, 1], [1, 1]), ratio)).toThrow(expect.objectContaining({ code: 'prune/ratio' }))
  })

  it('never claims to remove more neurons than there are', () => {
    expect(() => pruneNeurons(tiny([1, 2, 3], [1, 2]), 1)).toThrow('would remove 5 of the 5 hidden neurons')
  })

  it('refuses to empty a layer, and networks without batch normalisation', () => {
    expect(() => pruneNeurons(tiny([1, 2, 3], [1, 2]), 0.9)).toThrow(EspalierError)
    expect(() => pruneNeurons(tiny([1, 2, 3], [1, 2]), 0.9)).toThrow(expect.objectContaining({ code: 'prune/ratio' }))
    expect(() => pruneNeurons(buildArchitecture('convSmall', [1, 28, 28], 1), 0.5)).toThrow(
      expect.objectContaining({ code: 'model/unsupported' }),
    )
  })
})
