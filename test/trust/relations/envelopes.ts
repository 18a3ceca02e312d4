// Bounds raised by envelopes of first-layer ReLUs are below the exact minimum, on the box and over the two halves that a split makes of it.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createBounder } from '../../../core/bounds/bounder.ts'
import type { OutputRows } from '../../../core/bounds/box.ts'
import { DomainBounder } from '../../../core/bounds/domain-bounder.ts'
import { outputStart } from '../../../core/bounds/start.ts'
import { BY_RULE } from '../../../core/certify/activation.ts'
import { Envelopes, LEAF_ROUNDS } from '../../../core/certify/envelope.ts'
import { prepareGraph } from '../../../core/certify/graph.ts'
import { boundNeurons } from '../../../core/certify/neurons.ts'
import { Pace } from '../../../core/certify/pace.ts'
import { BackwardPass, wholeRegion, type Cell } from '../../../core/certify/pass.ts'
import { Region } from '../../../core/certify/regions.ts'
import { SeededRandom } from '../../../core/data/random.ts'
import { DomainEnvelope } from '../../../core/verify/bab/domain-envelope.ts'
import { openNeurons } from '../../../core/verify/bab/root.ts'
import { compareExact, ExactNetwork, toNumber } from '../exact/oracle.ts'
import { allStyles, hostileCase, type HostileCase } from '../hostile.ts'
import { runs } from '../runs.ts'
import type { Relations, Tools } from './relation.ts'

/** Rows asked of every network: both signs of a difference, and single outputs. */
const rows: OutputRows = {
  rows: 4,
  coefficients: Float64Array.of(1, -1, -1, 1, 1, 0, 0, -1),
  offsets: new Float64Array(4),
}
const plainAscent = { iterations: 1, rate: 0.3, betaRate: 0.1, decay: 1, mixRate: 0 }

/** A hostile network on a box around the same centre that is wide enough for neurons to be loose, and a seed for what is left to chance. */
export interface EnvelopeCase extends HostileCase {
  readonly seed: number
}

const anyCase = fc
  .record({ style: fc.constantFrom(...allStyles), seed: fc.nat(1e6) })
  .map(({ style, seed }) => envelopeCase(style, seed))

export function envelopeCase(style: (typeof allStyles)[number], seed: number): EnvelopeCase {
  const { name, network, box } = hostileCase(style, seed)
  const random = new SeededRandom(seed).fork('envelope')
  const width = [0, 0, 0.1, 0.5, 1, 2][random.integer(6)]
  const free = new Set(random.permutation(box.lower.length).subarray(0, 2))
  const end = (values: Float64Array, sign: number): Float64Array =>
    width === 0 ? values : values.map((_, i) => (free.has(i) ? box.lower[i] + sign * width : box.lower[i]))
  return { name, network, box: { lower: end(box.lower, -1), upper: end(box.upper, 1) }, seed }
}

export const envelopeRelations: Relations = {
  'envelopes of the search: below the exact minimum, on the box and on its halves': async (tools) => {
    const tally = { raised: 0 }
    const ask = async (given: EnvelopeCase): Promise<void> => {
      tally.raised += await requireSoundDomains(tools, given)
    }
    await fc.assert(fc.asyncProperty(anyCase, ask), { ...runs(24), endOnFailure: true })
    assert.ok(tally.raised > 0, 'no envelope raised anything')
  },
  'envelopes of the checker: below the exact minimum, on the box and on its halves': async () => {
    const tally = { raised: 0 }
    const ask = async (given: EnvelopeCase): Promise<void> => {
      tally.raised += await requireSoundCells(given)
    }
    await fc.assert(fc.asyncProperty(anyCase, ask), { ...runs(250), endOnFailure: true })
    assert.ok(tally.raised > 0, 'no envelope raised anything')
  },
}

/** How many of the bounds were raised. */
export async function requireSoundDomains(
  { engine }: Tools,
  { name, network, box, seed }: EnvelopeCase,
): Promise<number> {
  const exact = new ExactNetwork(network, box)
  const bounder = createBounder(engine, network)
  const bounds = await bounder.preActivations(box, { envelopes: true })
  const domains = new DomainBounder(engine, network, outputStart(network, rows), box, [3 * rows.rows], bounds)
  const { cone } = domains
  const envelope = DomainEnvelope.of(bounder.firstLayer(box, bounds), cone)
  if (!envelope) return 0
  const open = openNeurons(cone, bounds)
  const random = new SeededRandom(seed).fork('slopes')
  const splittable = Array.from(open.index).filter((_, u) => open.splittable[u] === 1)
  const split = splittable[random.integer(splittable.length)]
  const batch = domains.batch(3 * rows.rows, 1)
  batch.count = 3 * rows.rows
  for (let k = 0; k < batch.count; k++) {
    batch.lower.set(open.bounds.lower, k * cone.neurons)
    batch.upper.set(open.bounds.upper, k * cone.neurons)
    for (let i = 0; i < cone.neurons; i++) batch.alpha[k * cone.neurons + i] = random.uniform()
    batch.mix[k * rows.rows + (k % rows.rows)] = 1
    if (k >= rows.rows) batch.split(k, split, k < 2 * rows.rows ? 1 : -1, random.uniform())
  }
  const result = await domains.ascend(batch, plainAscent)
  const raised = Array.from({ length: batch.count }, (_, k) => envelope.raise(batch, k, result))
  for (let r = 0; r < rows.rows; r++) {
    requireBelow(name, exact, r, raised[r])
    requireBelow(name, exact, r, Math.min(raised[r + rows.rows], raised[r + 2 * rows.rows]))
  }
  return raised.filter((bound, k) => bound > result.bound[k]).length
}

/** How many of the bounds were raised. */
export async function requireSoundCells({ name, network, box, seed }: EnvelopeCase): Promise<number> {
  const exact = new ExactNetwork(network, box)
  const graph = prepareGraph(network)
  const region = new Region(graph, box)
  const pass = new BackwardPass(graph)
  const envelopes = new Envelopes(pass, region)
  for (const place of graph.activations.keys())
    await boundNeurons(region, pass, place, undefined, new Pace(), envelopes)
  region.walkTo(graph.output)
  const random = new SeededRandom(seed).fork('slopes')
  const place = random.integer(graph.activations.length)
  const neuron = random.integer(graph.activations[place].size)
  let count = 0
  const boundOf = (row: number, sign: 1 | -1 | null): number => {
    const alpha = graph.activations.map(({ size }) => Uint16Array.from({ length: size }, () => random.integer(BY_RULE)))
    const whole = wholeRegion(region, alpha)
    const cell = sign === null ? whole : halfOf(whole, place, neuron, sign, random.uniform())
    const row0 = rows.coefficients.subarray(2 * row, 2 * row + 2)
    const plain = pass.bound(region, cell, graph.output, (into) => into.set(row0))
    const raised = envelopes.raise(cell, plain, LEAF_ROUNDS)
    if (raised > plain) count++
    return raised
  }
  const isOpen = graph.activations[place].activation.isLoose(
    neuron,
    region.boundsOf(place).lower[neuron],
    region.boundsOf(place).upper[neuron],
  )
  for (let r = 0; r < rows.rows; r++) {
    requireBelow(name, exact, r, boundOf(r, null))
    if (isOpen) requireBelow(name, exact, r, Math.min(boundOf(r, 1), boundOf(r, -1)))
  }
  return count
}

function halfOf(cell: Cell, place: number, neuron: number, sign: 1 | -1, beta: number): Cell {
  const bounds = cell.bounds.map(({ lower, upper }) => ({ lower: lower.slice(), upper: upper.slice() }))
  const side = sign > 0 ? bounds[place].lower : bounds[place].upper
  side[neuron] = 0
  return { ...cell, bounds, splits: [{ place, neuron, sign, beta }] }
}

function requireBelow(name: string, exact: ExactNetwork, row: number, bound: number): void {
  const minimum = exact.minimum(rows, row)
  assert.ok(compareExact(minimum, bound) >= 0, `${name}: row ${row} is said to be ${bound}, it is ${toNumber(minimum)}`)
}
