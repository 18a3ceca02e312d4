// Trees of halved boxes: what input splitting found is proved again, slopes where the rule is not enough; nothing false is proved by any.
import { describe, expect, it } from 'vitest'
import { ALPHA_STEPS } from '../../core/certify/activation.ts'
import { ProofCheck } from '../../core/certify/check.ts'
import { prepareGraph } from '../../core/certify/graph.ts'
import { Pace } from '../../core/certify/pace.ts'
import type { HalvedBoxes } from '../../core/certify/proof.ts'
import { toErrorData } from '../../core/contract/errors.ts'
import { SeededRandom } from '../../core/data/random.ts'
import { createNetwork, evaluate64, type Network } from '../../core/nn/index.ts'
import { decideByInputSplit } from '../../core/verify/input-split/decide.ts'
import type { Property } from '../../core/verify/problem.ts'
import { BoxRepair } from '../../core/verify/proof/box-repair.ts'
import { RecordedHalvings } from '../../core/verify/proof/recorded-halvings.ts'
import { propertyValue } from '../../core/verify/replay.ts'
import { rowValues } from '../../core/verify/rows.ts'
import { dense } from '../verify/random-networks.ts'

const box = { lower: Float64Array.of(-1, -1), upper: Float64Array.of(1, 1) }

function chain(seed: number): Network {
  const random = new SeededRandom(seed)
  const sizes = [2, 8, 8, 8, 2]
  const nodes = sizes.slice(1).flatMap((size, i) => {
    const layer = { id: `d${i}`, layer: dense(random, size, sizes[i]) }
    return i === 3 ? [layer] : [layer, { id: `r${i}`, layer: { kind: 'relu' } as const }]
  })
  return createNetwork({ name: `chain ${seed}`, inputShape: [2], nodes })
}

/** Two rows whose property has its least value on a fine grid at `gap`. */
function propertyOf(network: Network, kind: Property['kind'], gap: number): Property {
  const rows = { rows: 2, coefficients: Float64Array.of(1, -1, -0.5, 1), offsets: new Float64Array(2) }
  const property = { kind, rows }
  let least = Infinity
  for (let i = 0; i <= 100; i++)
    for (let j = 0; j <= 100; j++) {
      const x = Float64Array.of(-1 + i / 50, -1 + j / 50)
      least = Math.min(least, propertyValue({ network, box, property }, rowValues(rows, evaluate64(network, x))))
    }
  return { kind, rows: { ...rows, offsets: Float64Array.of(gap - least, gap - least) } }
}

async function searchTree(network: Network, property: Property): Promise<Int32Array> {
  const recorder = new RecordedHalvings({ bytes: 2 ** 20 })
  const report = await decideByInputSplit({
    network,
    box,
    property,
    openRows: [0, 1],
    seconds: 20,
    signal: new AbortController().signal,
    recorder,
    accept: () => null,
    progress: () => undefined,
  })
  expect(report?.status).toBe('verified')
  return recorder.preorder()
}

async function checkOf(network: Network, property: Property): Promise<ProofCheck> {
  const check = new ProofCheck(prepareGraph(network), { box, property }, new Pace())
  for (const place of check.graph.activations.keys()) await check.boundNeurons(place, undefined)
  return check
}

/** '' where the tree proves the property, else the code of what is wrong. */
async function verdictOn(network: Network, property: Property, halvings: HalvedBoxes): Promise<string> {
  try {
    const check = await checkOf(network, property)
    await check.proveHalves(halvings, [0, 1])
    expect(check.report.lowerBound).toBeGreaterThan(0)
    return ''
  } catch (thrown) {
    return toErrorData(thrown).code
  }
}

const byRule = (axes: Int32Array): HalvedBoxes => ({ axes, sloped: new Int32Array(0), alpha: new Uint16Array(0) })

it('a recorder without room writes nothing more down, and has it back when the halvings are forgotten', () => {
  const room = { bytes: 50 }
  const recorder = new RecordedHalvings(room)
  const first = recorder.halve(0, 1)
  expect([first, recorder.halve(first, 0), room.bytes]).toEqual([1, 3, -14])
  expect(recorder.halve(3, 1)).toBe(0)
  expect([...recorder.preorder()]).toEqual([1, 0, -1, -1, -1])
  recorder.free()
  expect(room.bytes).toBe(50)
})

describe.each(['all-positive', 'any-positive'] as const)('%s', (kind) => {
  it.each([1, 2, 3, 4])('chain %i: the tree of a search is proved again, nearly as it is', async (seed) => {
    const network = chain(seed)
    const property = propertyOf(network, kind, 0.01)
    const axes = await searchTree(network, property)
    const check = await checkOf(network, property)
    const repair = new BoxRepair(check.pass, network, property.rows)
    const proof = await check.proveHalves(byRule(axes), [0, 1], repair)
    expect(proof.axes.length).toBeLessThanOrEqual(1.2 * axes.length + 2)
    expect(await verdictOn(network, property, proof)).toBe('')
    if (proof.sloped.length === 0) return
    expect(await verdictOn(network, property, byRule(proof.axes))).toBe('certificate/unproved')
    for (const cut of [
      { ...proof, alpha: proof.alpha.subarray(0, -1) },
      { ...proof, alpha: Uint16Array.of(...proof.alpha, 0) },
      { ...proof, sloped: Int32Array.of(...proof.sloped, proof.axes.length, 0) },
    ])
      expect(await verdictOn(network, property, cut)).toBe('certificate/corrupt')
  })

  it('slopes are needed somewhere', async () => {
    let sloped = 0
    for (const seed of [1, 2, 3, 4]) {
      const network = chain(seed)
      const property = propertyOf(network, kind, 0.01)
      const check = await checkOf(network, property)
      const repair = new BoxRepair(check.pass, network, property.rows)
      sloped += (await check.proveHalves(byRule(await searchTree(network, property)), [0, 1], repair)).sloped.length
    }
    expect(sloped).toBeGreaterThan(0)
  })

  it('no slopes prove what is false', async () => {
    const random = new SeededRandom(5)
    for (const seed of [1, 2, 3]) {
      const network = chain(seed)
      const property = propertyOf(network, kind, -0.01)
      const depth = 6
      const axes: number[] = []
      const grow = (level: number): void => {
        axes.push(level === depth ? -1 : level % 2)
        if (level < depth) for (let k = 0; k < 2; k++) grow(level + 1)
      }
      grow(0)
      for (let k = 0; k < 5; k++) {
        const sloped = Int32Array.from({ length: 4 * 2 ** depth }, (_, i) => (i % 2 === 0 ? i >> 2 : (i >> 1) % 2))
        const alpha = Uint16Array.from({ length: 24 * 2 ** (depth + 1) }, () => random.uniform() * ALPHA_STEPS)
        expect(await verdictOn(network, property, { axes: Int32Array.from(axes), sloped, alpha })).not.toBe('')
      }
    }
  })
})
