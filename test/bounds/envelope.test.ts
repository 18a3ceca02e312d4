// Envelopes of first-layer ReLUs: never above the network, never below the chords, and exact where a hand can check it.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBounder } from '../../core/bounds/bounder.ts'
import type { Box, OutputRows, PreActivationBounds } from '../../core/bounds/box.ts'
import { DomainBounder } from '../../core/bounds/domain-bounder.ts'
import { flatBounds } from '../../core/bounds/flat.ts'
import { outputStart } from '../../core/bounds/start.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { createNetwork, evaluateNodes64, type Network } from '../../core/nn/index.ts'
import { DomainEnvelope } from '../../core/verify/bab/domain-envelope.ts'
import { defaultSettings } from '../../core/verify/bab/settings.ts'
import { dense, kinds, randomBox, randomNetwork, randomRows, relu, samples } from './networks.ts'

let engine: Engine
beforeAll(async () => (engine = await openEngine({ threads: 1 })))
afterAll(() => engine.dispose())

interface Raised {
  readonly plain: number
  readonly raised: number
}

/** Bounds of each row on the whole box, by chords and by envelopes. */
async function bounds(network: Network, box: Box, rows: OutputRows): Promise<Raised[]> {
  const bounder = createBounder(engine, network)
  const known: PreActivationBounds = await bounder.preActivations(box)
  const start = outputStart(network, rows)
  const domains = new DomainBounder(engine, network, start, box, [rows.rows], known)
  const batch = domains.batch(rows.rows, 1)
  const { lower, upper } = flatBounds(domains.cone, known)
  for (let row = 0; row < rows.rows; row++) {
    batch.lower.set(lower, row * domains.cone.neurons)
    batch.upper.set(upper, row * domains.cone.neurons)
    batch.alpha.fill(0.5, row * domains.cone.neurons, (row + 1) * domains.cone.neurons)
    batch.mix[row * rows.rows + row] = 1
  }
  batch.count = rows.rows
  const result = await domains.ascend(batch, { ...defaultSettings.ascent, mixRate: 0 })
  const envelope = DomainEnvelope.of(bounder.firstLayer(box, known), domains.cone)
  return Array.from({ length: rows.rows }, (_, row) => ({
    plain: result.bound[row],
    raised: envelope?.raise(batch, row, result) ?? result.bound[row],
  }))
}

describe.each(kinds)('%s networks', (kind) => {
  it('are above their envelopes everywhere, and envelopes are no worse than chords', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), fc.constantFrom(0.05, 0.3, 1, 5), async (seed, radius) => {
        const network = randomNetwork(kind, seed)
        const box = randomBox(network, seed + 1, radius)
        const rows = randomRows(3, 2, seed + 2)
        const found = await bounds(network, box, rows)
        for (const { plain, raised } of found) expect(raised).toBeGreaterThanOrEqual(plain)
        for (const point of samples(box, 60, seed + 3)) {
          const output = evaluateNodes64(network, point).get(network.output) ?? new Float64Array()
          for (const [r, { raised }] of found.entries()) {
            const value = output.reduce((sum, y, o) => sum + rows.coefficients[2 * r + o] * y, rows.offsets[r])
            expect(raised).toBeLessThanOrEqual(value + 1e-12 * Math.abs(value))
          }
        }
      }),
      { numRuns: 6 },
    )
  }, 60_000)
})

describe.each(kinds)('neurons of %s networks', (kind) => {
  it('stay within bounds that envelopes raised, which are narrower than CROWN gives', async () => {
    const widths = { plain: 0, raised: 0 }
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), fc.constantFrom(0.05, 0.3, 1, 5), async (seed, radius) => {
        const network = randomNetwork(kind, seed)
        const box = randomBox(network, seed + 1, radius)
        const bounder = createBounder(engine, network)
        const plain = await bounder.preActivations(box)
        const raised = await bounder.preActivations(box, { envelopes: true })
        widths.plain += widthOf(plain)
        widths.raised += widthOf(raised)
        const points = Array.from(samples(box, 60, seed + 3), (point) => evaluateNodes64(network, point))
        for (const [id, { lower, upper }] of raised)
          for (let i = 0; i < lower.length; i++) {
            for (const values of points) {
              const z = values.get(id)?.[i] ?? NaN
              expect(lower[i]).toBeLessThanOrEqual(z + 1e-12 * Math.abs(z))
              expect(upper[i]).toBeGreaterThanOrEqual(z - 1e-12 * Math.abs(z))
            }
          }
      }),
      { numRuns: 6 },
    )
    expect(widths.raised).toBeLessThanOrEqual(widths.plain)
  }, 60_000)
})

/** Σ u − l of all neurons. */
function widthOf(bounds: PreActivationBounds): number {
  return [...bounds.values()]
    .map(({ lower, upper }) => upper.reduce((sum, u, i) => sum + u - lower[i], 0))
    .reduce((sum, width) => sum + width, 0)
}

it('one neuron of two inputs: x − relu(x + y) on [−1, 1]² is −1 at least, where the chord says −2', async () => {
  const network = createNetwork({
    name: 'one neuron',
    inputShape: [2],
    nodes: [
      { id: 'both', layer: dense([[1, 1], [1, 0]], [0, 1.5]) }, // prettier-ignore
      { id: 'relu', layer: relu },
      { id: 'out', layer: dense([[-1, 1]], [-1.5]) },
    ],
  })
  const box = { lower: Float64Array.of(-1, -1), upper: Float64Array.of(1, 1) }
  const rows = { rows: 1, coefficients: Float64Array.of(1), offsets: Float64Array.of(0) }
  const [{ plain, raised }] = await bounds(network, box, rows)
  expect(plain).toBeCloseTo(-2, 3)
  expect(raised).toBeCloseTo(-1, 3)
})
