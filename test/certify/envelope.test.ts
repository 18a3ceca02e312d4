// The checker's own envelopes: below the network on every cell, above the plain pass, and they prove what chords cannot.
import { describe, expect, it } from 'vitest'
import { SeededRandom } from '../../core/data/random.ts'
import { Envelopes, LEAF_ROUNDS } from '../../core/certify/envelope.ts'
import { prepareGraph } from '../../core/certify/graph.ts'
import { boundNeurons } from '../../core/certify/neurons.ts'
import { Pace } from '../../core/certify/pace.ts'
import { BackwardPass, wholeRegion } from '../../core/certify/pass.ts'
import { Region } from '../../core/certify/regions.ts'
import { createNetwork, evaluateNodes64, type Network } from '../../core/nn/index.ts'
import { dense, randomBox, families, randomNetwork } from '../verify/random-networks.ts'

interface Prepared {
  readonly region: Region
  readonly pass: BackwardPass
  readonly envelopes: Envelopes
}

/** Bounds of all neurons, raised by envelopes unless it says otherwise. */
async function regionOf(network: Network, box: Region['box'], raised = true): Promise<Prepared> {
  const graph = prepareGraph(network)
  const region = new Region(graph, box)
  const pass = new BackwardPass(graph)
  const pace = new Pace({})
  const envelopes = new Envelopes(pass, region)
  for (const place of graph.activations.keys())
    await boundNeurons(region, pass, place, undefined, pace, raised ? envelopes : null)
  region.walkTo(graph.output)
  return { region, pass, envelopes }
}

describe.each(families)('%s networks', (family) => {
  it('are above what envelopes say, on the box and on cells of it, and that is no less than before', async () => {
    let gained = 0
    for (let seed = 0; seed < 12; seed++) {
      const network = randomNetwork(family, seed)
      const box = randomBox(network, seed, 0.4)
      const { region, pass, envelopes } = await regionOf(network, box)
      const { graph } = region
      const random = new SeededRandom(seed)
      const row = Float64Array.from({ length: graph.nodes[graph.output].size }, () => random.normal())
      const whole = wholeRegion(region)
      const place = 0
      const neuron = random.integer(graph.activations[place].size)
      for (const sign of [null, 1, -1] as const) {
        const cell = sign === null ? whole : halfOf(whole, place, neuron, sign)
        const plain = pass.bound(region, cell, graph.output, (into) => into.set(row))
        const raised = envelopes.raise(cell, plain, LEAF_ROUNDS)
        expect(raised).toBeGreaterThanOrEqual(plain)
        if (raised > plain) gained++
        for (let k = 0; k < 80; k++) {
          const point = box.lower.map(
            (low, i) => low + (box.upper[i] - low) * (k < 20 ? random.integer(2) : random.uniform()),
          )
          const values = evaluateNodes64(network, point)
          const z = values.get(graph.nodes[graph.activations[place].source].id)?.[neuron] ?? 0
          if (sign !== null && z * sign < 0) continue
          const value = values.get(network.output)?.reduce((sum, y, o) => sum + row[o] * y, 0) ?? NaN
          expect(raised).toBeLessThanOrEqual(value + 1e-12 * Math.abs(value))
        }
      }
    }
    expect(gained).toBeGreaterThan(0)
  })
})

function halfOf(cell: ReturnType<typeof wholeRegion>, place: number, neuron: number, sign: 1 | -1): typeof cell {
  const bounds = cell.bounds.map(({ lower, upper }) => ({ lower: lower.slice(), upper: upper.slice() }))
  if (sign > 0) bounds[place].lower[neuron] = Math.max(0, bounds[place].lower[neuron])
  else bounds[place].upper[neuron] = Math.min(0, bounds[place].upper[neuron])
  return { ...cell, bounds, splits: [{ place, neuron, sign, beta: 0.5 }] }
}

it('bounds of neurons are raised: none is worse than without envelopes, some are better', async () => {
  let gained = 0
  for (let seed = 0; seed < 6; seed++) {
    const network = randomNetwork('dense', seed)
    const box = randomBox(network, seed, 0.4)
    const plain = (await regionOf(network, box, false)).region
    const { region } = await regionOf(network, box)
    for (const place of region.graph.activations.keys()) {
      const { lower, upper } = region.boundsOf(place)
      const other = plain.boundsOf(place)
      for (let i = 0; i < lower.length; i++) {
        expect(lower[i]).toBeGreaterThanOrEqual(other.lower[i])
        expect(upper[i]).toBeLessThanOrEqual(other.upper[i])
        if (lower[i] < 0 && lower[i] > other.lower[i]) gained++
      }
    }
  }
  expect(gained).toBeGreaterThan(0)
})

it('a first layer that comes late is left out of envelopes made before it is reached', () => {
  const random = new SeededRandom(1)
  const relu = { kind: 'relu' } as const
  const network = createNetwork({
    name: 'late',
    inputShape: [3],
    nodes: [
      { id: 'a', layer: dense(random, 4, 3), inputs: ['input'] },
      { id: 'ra', layer: relu, inputs: ['a'] },
      { id: 'b', layer: dense(random, 4, 4), inputs: ['ra'] },
      { id: 'rb', layer: relu, inputs: ['b'] },
      { id: 'late', layer: dense(random, 4, 3), inputs: ['input'] },
      { id: 'rl', layer: relu, inputs: ['late'] },
      { id: 'sum', layer: { kind: 'add' }, inputs: ['rb', 'rl'] },
    ],
  })
  const graph = prepareGraph(network)
  const region = new Region(graph, randomBox(network, 1, 0.4))
  region.walkTo(graph.activations[1].source)
  expect(region.knows(2)).toBe(false)
  const pass = new BackwardPass(graph)
  const envelopes = new Envelopes(pass, region)
  envelopes.prepare()
  const cell = wholeRegion(region)
  const plain = pass.bound(region, cell, graph.activations[1].source, (into) => (into[0] = 1))
  expect(envelopes.raise(cell, plain, LEAF_ROUNDS)).toBeGreaterThanOrEqual(plain)
})
