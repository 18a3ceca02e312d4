// Domains bounded again in float64: each as itself whatever its place in the batch, above its float32 bound, below all its points.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createBounder } from '../../core/bounds/bounder.ts'
import type { DomainBatch } from '../../core/bounds/domain-batch.ts'
import { DomainBounder } from '../../core/bounds/domain-bounder.ts'
import { DomainConfirmer } from '../../core/bounds/domain-confirmer.ts'
import type { Cone } from '../../core/bounds/graph.ts'
import { relaxationOf } from '../../core/bounds/relaxation/index.ts'
import { exactOutputStart, outputStart } from '../../core/bounds/start.ts'
import { SeededRandom } from '../../core/data/random.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { evaluateNodes64, type Network } from '../../core/nn/index.ts'
import { kinds, randomBox, randomNetwork, randomRows, samples } from './networks.ts'

let engine: Engine
beforeAll(async () => (engine = await openEngine({ threads: 1 })))
afterAll(() => engine.dispose())

/** More than one call of the confirmer's largest program. */
const DOMAINS = 66
const ascent = { iterations: 2, rate: 0.3, betaRate: 0.5, decay: 0.98, mixRate: 1 }

interface Sample {
  /** Pre-activations in the layout of the cone, [neurons]. */
  readonly pre: Float64Array
  readonly output: Float64Array
}

function sampleOf(network: Network, { activations, neurons }: Cone, point: Float64Array): Sample {
  const values = evaluateNodes64(network, point)
  const pre = new Float64Array(neurons)
  for (const { source, offset } of activations) pre.set(values.get(source) ?? [], offset)
  return { pre, output: values.get(network.output) ?? new Float64Array(0) }
}

/** Splits a few neurons of row `k` on the sides that the sample lies on, so that the cell is not empty. */
function splitAround(batch: DomainBatch, k: number, cone: Cone, { pre }: Sample, random: SeededRandom): void {
  for (const { layer, neurons, offset } of cone.activations)
    for (let i = 0; i < neurons; i++) {
      const at = k * cone.neurons + offset + i
      const relaxation = relaxationOf(layer)
      const loose = relaxation.isLoose(layer, i, batch.lower[at], batch.upper[at])
      if (!relaxation.splits || !loose || random.integer(2) === 0) continue
      const sign = pre[offset + i] >= 0 ? 1 : -1
      batch.split(k, offset + i, sign, random.uniform())
    }
}

it.each(kinds)('%s networks', async (kind) => {
  const random = new SeededRandom(7)
  const network = randomNetwork(kind, 8)
  const box = randomBox(network, 9, 0.5)
  const rows = randomRows(3, 2, 10)
  const bounds = await createBounder(engine, network).preActivations(box)
  const bounder = new DomainBounder(engine, network, outputStart(network, rows), box, [DOMAINS + 5], bounds)
  const confirmer = new DomainConfirmer(engine, network, exactOutputStart(network, rows), box, bounds)
  const { cone } = bounder
  const points = Array.from(samples(box, 150, 11), (point) => sampleOf(network, cone, point))
  const batch = bounder.batch(DOMAINS, cone.neurons)
  batch.count = batch.size
  for (let k = 0; k < batch.size; k++) {
    for (const { source, offset } of cone.activations) {
      const known = bounds.get(source)
      // A little wider: float32 rounds to nearest.
      known?.lower.forEach((value, i) => (batch.lower[k * cone.neurons + offset + i] = value - 1e-5))
      known?.upper.forEach((value, i) => (batch.upper[k * cone.neurons + offset + i] = value + 1e-5))
    }
    for (let i = 0; i < cone.neurons; i++) batch.alpha[k * cone.neurons + i] = random.uniform()
    splitAround(batch, k, cone, points[random.integer(points.length)], random)
    for (let r = 0; r < 3; r++) batch.mix[3 * k + r] = random.uniform()
  }
  const result = await bounder.ascend(batch, ascent)
  const chosen = Array.from(random.permutation(batch.size)).slice(0, DOMAINS)
  const confirmed = await confirmer.bound(chosen, batch, result)
  let met = 0
  for (const [n, k] of chosen.entries()) {
    expect(confirmed[n]).toBeGreaterThanOrEqual(result.bound[k])
    expect(confirmed[n]).toBeLessThanOrEqual(result.bound[k] + 3 * result.slack[k])
    const signs = new Float64Array(cone.neurons)
    batch.forEachSplit(k, (neuron, at) => (signs[neuron] = batch.sign[at]))
    let least = Infinity
    for (const { pre, output } of points) {
      if (!pre.every((z, i) => signs[i] * z >= 0)) continue
      met++
      let value = 0
      for (let r = 0; r < 3; r++)
        value += result.mix[3 * k + r] * output.reduce((sum, y, o) => sum + rows.coefficients[2 * r + o] * y, rows.offsets[r]) // prettier-ignore
      least = Math.min(least, value)
    }
    expect(confirmed[n]).toBeLessThanOrEqual(least + 1e-12)
  }
  expect(met).toBeGreaterThan(DOMAINS)
})
