// The float64 pass against brute force, sampling and exact integers: whatever slopes and multipliers it is given, it never claims too much.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { walkTree, resolveList } from '../../core/certify/tree-walk.ts'
import { SeededRandom } from '../../core/data/random.ts'
import { evaluate64, evaluateNodes64 } from '../../core/nn/index.ts'
import { denseLayer, mlp, row } from '../verify/known-networks.ts'
import { exactMinimum, loadOracleSolver, type Solver } from '../verify/oracle.ts'
import { differenceRow, families, randomBox, randomNetwork } from '../verify/random-networks.ts'
import {
  boundedCheck,
  everyNeuron,
  kinds,
  networkOf,
  neuronCount,
  preActivations,
  randomPoint,
  randomTree,
} from './support.ts'

let oracle: Solver
beforeAll(async () => {
  oracle = await loadOracleSolver()
})

const cases = fc.record({
  kind: fc.constantFrom(...kinds),
  seed: fc.integer({ min: 0, max: 1e6 }),
  radius: fc.double({ min: 0.01, max: 0.8, noNaN: true }),
})

describe('bounds of neurons', () => {
  it('hold at sampled points', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ kind, seed, radius }) => {
        const network = networkOf(kind, seed)
        const box = randomBox(network, seed, radius)
        const check = await boundedCheck(network, { box, property: { kind: 'all-positive', rows: differenceRow() } })
        const random = new SeededRandom(seed)
        for (let sample = 0; sample < 40; sample++) {
          const values = evaluateNodes64(network, randomPoint(random, box))
          check.graph.activations.forEach(({ source }, place) => {
            const { lower, upper } = check.region.boundsOf(place)
            values.get(check.graph.nodes[source].id)?.forEach((z, i) => {
              expect(z).toBeGreaterThanOrEqual(lower[i] - 1e-9)
              expect(z).toBeLessThanOrEqual(upper[i] + 1e-9)
            })
          })
        }
      }),
      { numRuns: 120 },
    )
  })
})

describe('the bound of a cell', () => {
  it('holds at every point of the cell, for any slopes, splits and multipliers; the cells cover the box', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ kind, seed, radius }) => {
        const network = networkOf(kind, seed)
        const box = randomBox(network, seed, radius)
        const check = await boundedCheck(network, { box, property: { kind: 'all-positive', rows: differenceRow() } })
        const list = everyNeuron(check.graph)
        const places = resolveList(check.graph, list)
        const random = new SeededRandom(seed).fork('tree')
        const tree = randomTree(random, neuronCount(list), 4, () => true)
        const points = Array.from({ length: 60 }, () => randomPoint(random, box))
        const covered = new Set<number>()
        await walkTree(check.region, places, tree, ({ cell, leaf }) => {
          const bound = check.leafBound(cell, check.weights(0, null, leaf))
          points.forEach((x, p) => {
            const pre = preActivations(network, x)
            const inside = cell.splits.every(({ place, neuron, sign }) => {
              const z = pre.get(check.graph.activations[place].id)?.[neuron] ?? NaN
              return sign > 0 ? z >= 0 : z <= 0
            })
            if (!inside) return
            covered.add(p)
            const [a, b] = evaluate64(network, x)
            expect(a - b).toBeGreaterThanOrEqual(bound - 1e-9)
          })
          return Promise.resolve()
        })
        expect(covered.size).toBe(points.length)
      }),
      { numRuns: 120 },
    )
  })

  it.each(families)('is at most the exact minimum, and close to it on a small box (%s)', async (family) => {
    for (let seed = 0; seed < 8; seed++) {
      const network = randomNetwork(family, seed)
      for (const radius of [1e-4, 0.3]) {
        const box = randomBox(network, seed, radius)
        const check = await boundedCheck(network, { box, property: { kind: 'all-positive', rows: differenceRow() } })
        const exact = exactMinimum(oracle, network, box, differenceRow())
        await walkTree(check.region, resolveList(check.graph, { activations: [] }), leafTree, ({ cell }) => {
          const bound = check.leafBound(cell, Float64Array.of(1))
          expect(bound).toBeLessThanOrEqual(exact + 1e-6)
          if (radius < 0.01) expect(bound).toBeGreaterThan(exact - 0.01)
          return Promise.resolve()
        })
      }
    }
  })
})

const leafTree = {
  splits: Int32Array.of(-1),
  alpha: new Uint16Array(0),
  beta: new Float32Array(0),
  mix: null,
}

describe('rounding', () => {
  it('is counted: with integers that float64 cannot add exactly, the bound stays below the exact value', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), async (seed) => {
        const random = new SeededRandom(seed)
        const integer = (size: number): number => Math.round((random.uniform() - 0.5) * 2 * size)
        const matrix = (rows: number, columns: number, size: number): number[][] =>
          Array.from({ length: rows }, () => Array.from({ length: columns }, () => integer(size)))
        const layers = [matrix(6, 4, 2 ** 20), matrix(5, 6, 2 ** 18), matrix(1, 5, 2 ** 12)]
        const bias = layers.map((rows) => rows.map(() => integer(2 ** 40)))
        const network = mlp('integers', ...layers.map((weight, i) => denseLayer(weight, bias[i])))
        const lower = Float64Array.from({ length: 4 }, () => integer(2 ** 20))
        // A box of one point, where every sign is known: nothing but rounding is left between bound and value.
        const box = { lower, upper: lower.slice() }
        const check = await boundedCheck(network, { box, property: { kind: 'all-positive', rows: row(1, 0) } })
        const exact = evaluateIntegers(layers, bias, lower)
        await walkTree(check.region, resolveList(check.graph, { activations: [] }), leafTree, ({ cell }) => {
          const bound = check.leafBound(cell, Float64Array.of(1))
          expect(BigInt(Math.ceil(bound))).toBeLessThanOrEqual(exact)
          expect(Math.abs(bound - Number(exact))).toBeLessThan(2 ** 28)
          return Promise.resolve()
        })
      }),
      { numRuns: 300 },
    )
  })
})

/** The network in exact integers. */
function evaluateIntegers(
  layers: readonly (readonly (readonly number[])[])[],
  bias: readonly (readonly number[])[],
  x: Float64Array,
): bigint {
  let values = Array.from(x, BigInt)
  layers.forEach((weight, layer) => {
    const next = weight.map((row, j) => row.reduce((sum, w, i) => sum + BigInt(w) * values[i], BigInt(bias[layer][j])))
    values = layer === layers.length - 1 ? next : next.map((z) => (z > 0n ? z : 0n))
  })
  return values[0]
}
