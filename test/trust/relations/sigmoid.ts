// Lines around the sigmoid hold at every scale: bounds of sigmoid networks against a fine grid of their one free input.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createBounder } from '../../../core/bounds/bounder.ts'
import { intervalBounds } from '../../../core/bounds/interval.ts'
import { checkProof } from '../../../core/certify/check.ts'
import { prepareGraph } from '../../../core/certify/graph.ts'
import { Pace } from '../../../core/certify/pace.ts'
import { EspalierError } from '../../../core/contract/errors.ts'
import { SeededRandom } from '../../../core/data/random.ts'
import { createNetwork, evaluate64, type Layer, type Network } from '../../../core/nn/index.ts'
import { wholeBoxProof } from '../../certify/support.ts'
import { parameter } from '../../bounds/networks.ts'
import { runs } from '../runs.ts'
import type { Relations, Tools } from './relation.ts'

const POINTS = 300

export const sigmoidRelations: Relations = {
  'sigmoid: bounds and proofs below every point of a grid': (tools) =>
    fc.assert(
      fc.asyncProperty(fc.nat(1e6), (seed) => requireBelowGrid(tools, seed)),
      runs(20),
    ),
}

async function requireBelowGrid({ engine }: Tools, seed: number): Promise<void> {
  const random = new SeededRandom(seed).fork('sigmoid')
  const network = sigmoidNetwork(random)
  const centre = random.between(-1, 1)
  const radius = [1e-9, 1e-3, 0.1, 1, 30][random.integer(5)]
  const box = { lower: Float64Array.of(centre - radius, 0.3), upper: Float64Array.of(centre + radius, 0.3) }
  const value = (k: number): number => {
    const [a, b] = evaluate64(
      network,
      Float64Array.of(box.lower[0] + ((box.upper[0] - box.lower[0]) * k) / POINTS, 0.3),
    )
    return a - b
  }
  const least = Math.min(...Array.from({ length: POINTS + 1 }, (_, k) => value(k)))
  const rounding = 1e-12 * (1 + Math.abs(least))
  const row = (offset: number) => ({ rows: 1, coefficients: Float64Array.of(1, -1), offsets: Float64Array.of(offset) })
  const bounder = createBounder(engine, network)
  const interval = intervalBounds(network, box).preActivations
  const crown = await bounder.preActivations(box)
  for (const [bounds, ascent] of [[interval], [crown], [crown, { iterations: 10, rate: 0.2, decay: 0.98 }]] as const) {
    const [lower] = (await bounder.outputs(box, row(0), bounds, ascent)).crown.lower
    assert.ok(!(lower > least + rounding), `seed ${seed}: bounded by ${lower}, but ${least} is taken`)
  }
  const claim = { box, property: { kind: 'all-positive' as const, rows: row(-least - rounding) } }
  const proof = checkProof(prepareGraph(network), claim, wholeBoxProof(1), new Pace())
  await assert.rejects(proof, (thrown) => thrown instanceof EspalierError && thrown.code === 'certificate/unproved')
}

/** Two layers of sigmoids whose slopes and places are powers of ten apart. */
function sigmoidNetwork(random: SeededRandom): Network {
  const scaled = (shape: number[], most: number) =>
    parameter(shape, () => random.normal() * 10 ** random.between(-most, most))
  const most = [0, 1, 3, 6][random.integer(4)]
  const layers: Layer[] = [
    { kind: 'dense', weight: scaled([3, 2], most), bias: scaled([3], 1) },
    { kind: 'sigmoid' },
    { kind: 'dense', weight: scaled([3, 3], most), bias: scaled([3], 1) },
    { kind: 'sigmoid' },
    { kind: 'dense', weight: scaled([2, 3], 0), bias: scaled([2], 0) },
  ]
  const nodes = layers.map((layer, i) => ({ id: `n${i}`, layer }))
  return createNetwork({ name: 'sigmoid', inputShape: [2], nodes })
}
