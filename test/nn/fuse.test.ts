// Folding batch norm and normalisation leaves the function unchanged to 1e-12, and leaves no batch norm behind.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  buildArchitecture,
  createNetwork,
  evaluate64,
  fuseBatchNorm,
  withParameters,
  allParameters,
  type Layer,
  type Network,
} from '../../core/nn/index.ts'
import { SeededRandom } from '../../core/data/random.ts'
import { networkOf, pointOf, randomPlan, relativeDifference } from './random-network.ts'

const kindsOf = (network: Network): Layer['kind'][] => network.nodes.map(({ layer }) => layer.kind)

/** Random batch-norm numbers in place of the initial 1 and 0. */
function trained(network: Network, seed: number): Network {
  const random = new SeededRandom(seed)
  const values = allParameters(network)
    .filter(({ name }) => /\.(gamma|beta|mean|variance)$/.test(name))
    .map(({ name, parameter }) => [name, parameter.data.map(() => random.between(0.2, 1.7))] as const)
  return withParameters(network, Object.fromEntries(values))
}

function expectSame(network: Network, fused: Network): void {
  for (let seed = 0; seed < 3; seed++) {
    const x = pointOf(network, seed)
    expect(relativeDifference(evaluate64(fused, x), evaluate64(network, x))).toBeLessThan(1e-12)
  }
}

describe('fuseBatchNorm', () => {
  it('keeps the function of random networks and leaves no batch norm', () => {
    fc.assert(
      fc.property(randomPlan, (plan) => {
        const network = networkOf(plan)
        const fused = fuseBatchNorm(network)
        expect(kindsOf(fused)).not.toContain('batchNorm')
        expectSame(network, fused)
      }),
      { numRuns: 300 },
    )
  })

  it.each(['net1', 'convSmall', 'resnet4b'] as const)('folds every batch norm of %s into its linear layer', (name) => {
    const network = trained(buildArchitecture(name, [1, 28, 28], 1, { batchNorm: true }), 2)
    const fused = fuseBatchNorm(network)
    expect(kindsOf(fused)).toEqual(kindsOf(network).filter((kind) => kind !== 'batchNorm'))
    expectSame(network, fused)
    const dense = fused.nodes.find(({ id }) => id === 'dense1')?.layer
    expect(dense?.kind === 'dense' && dense.weight.data).toBeInstanceOf(Float64Array)
  })

  it('folds a normalisation into a convolution without padding and through flatten, but keeps it before padding', () => {
    const normalisation = { mean: [0.4, 0.5, 0.6], deviation: [0.2, 0.3, 0.25] }
    const open = buildArchitecture('convSmall', [3, 32, 32], 1, { normalisation })
    const flat = buildArchitecture('net1', [3, 32, 32], 1, { normalisation })
    const padded = buildArchitecture('cnnB', [3, 32, 32], 1, { normalisation })
    expect(kindsOf(fuseBatchNorm(open))).not.toContain('affine')
    expect(kindsOf(fuseBatchNorm(flat))).not.toContain('affine')
    expect(fuseBatchNorm(padded).nodes[0].layer.kind).toBe('affine')
    for (const network of [open, flat, padded]) expectSame(network, fuseBatchNorm(network))
  })

  it('folds a pure scale before a padded convolution', () => {
    const network = buildArchitecture('cnnB', [3, 32, 32], 1, {
      normalisation: { mean: [0, 0, 0], deviation: [2, 4, 3] },
    })
    const fused = fuseBatchNorm(network)
    expect(kindsOf(fused)).not.toContain('affine')
    expectSame(network, fused)
  })

  it("computes s = gamma / sqrt(var + eps), W' = s W, b' = s (b - mu) + beta", () => {
    const one = (value: number) => ({ shape: [1], data: Float32Array.of(value) })
    const network = createNetwork({
      name: 'hand',
      inputShape: [1],
      nodes: [
        { id: 'dense', layer: { kind: 'dense', weight: { shape: [1, 1], data: Float32Array.of(3) }, bias: one(5) } },
        {
          id: 'bn',
          layer: { kind: 'batchNorm', gamma: one(2), beta: one(7), mean: one(1), variance: one(15), epsilon: 1 },
        },
      ],
    })
    const [node] = fuseBatchNorm(network).nodes
    expect(node.layer).toMatchObject({ weight: { data: Float64Array.of(1.5) }, bias: { data: Float64Array.of(9) } })
  })

  it('does not fold into a layer that something else reads', () => {
    const layer = (kind: 'relu' | 'add'): Layer => ({ kind })
    const base = buildArchitecture('net1', [4], 1).nodes
    const network = createNetwork({
      name: 'shared',
      inputShape: [4],
      nodes: [
        base[0],
        base[1],
        { id: 'r', layer: layer('relu') },
        { id: 's', layer: layer('add'), inputs: ['r', 'dense1'] },
      ],
    })
    const fused = fuseBatchNorm(trained(network, 3))
    expect(kindsOf(fused)).toEqual(['dense', 'affine', 'relu', 'add'])
    expectSame(trained(network, 3), fused)
  })
})
