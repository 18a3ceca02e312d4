// Which neurons count as unstable (spec E.2, E.3): more as the box grows, fewer with tighter bounds, never one too few, never a grafted one.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createBounder } from '../../../core/bounds/bounder.ts'
import type { PreActivationBounds } from '../../../core/bounds/box.ts'
import { intervalBounds } from '../../../core/bounds/interval.ts'
import { activationNodes, createNetwork, type Network } from '../../../core/nn/index.ts'
import { createVerifier } from '../../../core/verify/verifier.ts'
import { dense, piecewiseLinearKinds, randomBox, randomNetwork, relu } from '../../bounds/networks.ts'
import { compareExact, ExactNetwork } from '../exact/oracle.ts'
import { runs } from '../runs.ts'
import type { Relations } from './relation.ts'

const anyNetwork = fc
  .record({ kind: fc.constantFrom(...piecewiseLinearKinds), seed: fc.nat(1e6) })
  .map(({ kind, seed }) => ({ network: randomNetwork(kind, seed), seed }))

export const instabilityRelations: Relations = {
  'unstable neurons: none is missed, tighter bounds have no more of them': ({ engine }) =>
    fc.assert(
      fc.asyncProperty(anyNetwork, fc.constantFrom(0.05, 0.3, 1), async ({ network, seed }, radius) => {
        const box = randomBox(network, seed, radius, 2)
        const bounder = createBounder(engine, network)
        const interval = intervalBounds(network, box).preActivations
        const crown = await bounder.preActivations(box)
        const ascent = { iterations: 10, rate: 0.2, decay: 0.98 }
        const alpha = await bounder.preActivations(box, { ascent, known: crown })
        const counts = [interval, crown, alpha].map((bounds) => unstable(network, bounds).length)
        assert.ok(counts[0] >= counts[1] && counts[1] >= counts[2], `unstable by method: ${counts.join(', ')}`)
        const real = new ExactNetwork(network, box).ranges.filter(
          ({ least, most }) => compareExact(least, 0) < 0 && compareExact(most, 0) > 0,
        )
        const found = new Set(unstable(network, alpha))
        for (const { source, neuron } of real)
          if (!isGrafted(network, source, neuron)) assert.ok(found.has(`${source}/${neuron}`), `${source}/${neuron}`)
      }),
      runs(8),
    ),
  'unstable neurons: no fewer in a larger box': () => {
    fc.assert(
      fc.property(anyNetwork, ({ network, seed }) => {
        let before = 0
        for (const radius of [0, 1e-3, 0.01, 0.05, 0.2, 0.8]) {
          const count = unstable(
            network,
            intervalBounds(network, randomBox(network, seed, radius)).preActivations,
          ).length
          assert.ok(count >= before, `${before} unstable neurons became ${count} at radius ${radius}`)
          before = count
        }
      }),
      runs(30),
    )
    return Promise.resolve()
  },
  'unstable neurons of an outcome: none in a linear network, k where k are forced, grafted ones left out': async ({
    engine,
  }) => {
    const outcomeOf = async (network: Network) => {
      const box = { lower: Float64Array.of(-1), upper: Float64Array.of(1) }
      const rows = { rows: 1, coefficients: Float64Array.of(1), offsets: Float64Array.of(100) }
      const problem = { network, box, property: { kind: 'all-positive' as const, rows } }
      const verifier = createVerifier('interval', engine)
      return await verifier.verify(problem, { seconds: 10 }, new AbortController().signal, () => undefined)
    }
    // Pre-activations x, −x, x + 2, x − 2, 0·x − 1 and x: three cross zero, of which the last may be grafted.
    const first = dense([[1], [-1], [1], [1], [0], [1]], [0, 0, 2, -2, -1, 0]) // prettier-ignore
    const last = dense([[1, 1, 1, 1, 1, 1]], [0])
    const values = (data: number[]) => ({ shape: [6], data: Float32Array.from(data) })
    const graft = {
      kind: 'graftedRelu' as const,
      mask: values([0, 0, 0, 0, 0, 1]),
      slope: values([1, 1, 1, 1, 1, 0.4]),
      intercept: values([0, 0, 0, 0, 0, 0]),
    }
    const chain = (...layers: Parameters<typeof createNetwork>[0]['nodes'][number]['layer'][]): Network =>
      createNetwork({ name: 'counted', inputShape: [1], nodes: layers.map((layer, i) => ({ id: `n${i}`, layer })) })
    assert.equal((await outcomeOf(chain(first, last))).unstable, 0)
    assert.equal((await outcomeOf(chain(first, relu, last))).unstable, 3)
    assert.equal((await outcomeOf(chain(first, graft, last))).unstable, 2)
  },
}

function unstable(network: Network, bounds: PreActivationBounds): string[] {
  return activationNodes(network).flatMap(({ preActivationNode: source, neurons }) => {
    const { lower, upper } = bounds.get(source) ?? assert.fail(source)
    return Array.from({ length: neurons }, (_, i) => i)
      .filter((i) => lower[i] < 0 && upper[i] > 0 && !isGrafted(network, source, i))
      .map((i) => `${source}/${i}`)
  })
}

function isGrafted(network: Network, source: string, neuron: number): boolean {
  return activationNodes(network).some(
    ({ node, preActivationNode }) =>
      preActivationNode === source && node.layer.kind === 'graftedRelu' && node.layer.mask.data[neuron] === 1,
  )
}
