// Bounds of one box: below the exact minimum whatever is merged, with slopes of any kind, where float64 itself is wrong, and in degenerate boxes.
import { beforeAll, describe, expect, it } from 'vitest'
import type { Box, OutputRows } from '../../../core/bounds/box.ts'
import { SeededRandom } from '../../../core/data/random.ts'
import { createNetwork, evaluate64, type Layer, type Network } from '../../../core/nn/index.ts'
import { BoxProof } from '../../../core/verify/input-split/box-proof.ts'
import { denseChain } from '../../../core/verify/input-split/chain.ts'
import { ReducedNetwork } from '../../../core/verify/input-split/reduced.ts'
import { rowValues } from '../../../core/verify/rows.ts'
import { exactMinimum, loadOracleSolver, type Solver } from '../oracle.ts'
import { dense } from '../random-networks.ts'

let solver: Solver
beforeAll(async () => {
  solver = await loadOracleSolver()
})

function chainOf(layers: readonly Layer[], inputs: number): Network {
  const nodes = layers.flatMap((layer, i) =>
    i === layers.length - 1
      ? [{ id: `d${i}`, layer }]
      : [
          { id: `d${i}`, layer },
          { id: `r${i}`, layer: { kind: 'relu' } as const },
        ],
  )
  return createNetwork({ name: 'chain', inputShape: [inputs], nodes })
}

function randomChain(random: SeededRandom): Network {
  const sizes = [3, 4, 3, 2]
  return chainOf(
    sizes.slice(1).map((size, i) => dense(random, size, sizes[i])),
    3,
  )
}

function partOf(random: SeededRandom, { lower, upper }: Box, flat: boolean): Box {
  const ends = Array.from(lower, (low, i) =>
    [random.uniform(), random.uniform()].sort().map((share) => low + share * (upper[i] - low)),
  )
  return {
    lower: Float64Array.from(ends, ([low]) => low),
    upper: Float64Array.from(ends, ([low, high], i) => (flat && i === 0 ? low : high)),
  }
}

const whole: Box = { lower: new Float64Array(3).fill(-1), upper: new Float64Array(3).fill(1) }
const rows: OutputRows = { rows: 2, coefficients: Float64Array.of(1, -1, -1, 0.5), offsets: Float64Array.of(0.1, -0.2) }

function proofOf(network: Network, property: OutputRows, kind: 'all-positive' | 'any-positive'): BoxProof {
  return new BoxProof(denseChain(network, property) ?? expect.fail('a chain'), kind)
}

describe.each([1, 2, 3, 4, 5])('random chain %i', (seed) => {
  const random = new SeededRandom(seed)
  const network = randomChain(random)
  const chain = denseChain(network, rows) ?? expect.fail('a chain')
  const parts = Array.from({ length: 3 }, (_, k) => partOf(random, whole, k === 0))

  it('bounds of a box are below its exact minimum, of both kinds of property, and not far', () => {
    for (const part of parts) {
      const least = [0, 1].map((r) => exactMinimum(solver, network, part, rows, r))
      const all = new BoxProof(chain, 'all-positive').bound(part, new Int8Array(chain.neurons))
      expect(all).toBeLessThanOrEqual(Math.min(...least) + 1e-7)
      expect(all).toBeGreaterThan(Math.min(...least) - 2)
      const any = new BoxProof(chain, 'any-positive').bound(part, new Int8Array(chain.neurons))
      let sampled = Infinity
      for (let k = 0; k < 300; k++) {
        const x = part.lower.map((low, i) => low + random.uniform() * (part.upper[i] - low))
        sampled = Math.min(sampled, Math.max(...rowValues(rows, evaluate64(network, x))))
      }
      expect(any).toBeLessThanOrEqual(sampled)
      expect(any).toBeGreaterThanOrEqual(Math.min(0, Math.max(...least) - 2))
    }
  })

  it('any slopes of the lower lines give a bound, and what the whole box knows of the neurons holds on its parts', () => {
    for (const part of parts) {
      const net = new ReducedNetwork(chain)
      const phases = new Int8Array(chain.neurons)
      net.reduce(whole, phases)
      net.reduce(part, phases)
      const least = exactMinimum(solver, network, part, rows, 1)
      const { units } = net
      for (let k = 0; k < 20; k++) {
        const slopes = Float64Array.from({ length: units.count }, () => random.uniform())
        expect(units.bound(net.rows, units.stride, 1, slopes) - net.rowSlack(1)).toBeLessThanOrEqual(least + 1e-7)
      }
    }
  })

  it('phases hold at every point, and the reduced network has the values of the whole one', () => {
    for (const part of parts) {
      const net = new ReducedNetwork(chain)
      const phases = new Int8Array(chain.neurons)
      net.reduce(part, phases)
      expect(net.units.count).toBe(phases.filter((phase) => phase === 0).length)
      const values = new Float64Array(2)
      for (let k = 0; k < 50; k++) {
        const place = Float64Array.from({ length: 3 }, () => 2 * random.uniform() - 1)
        const x = place.map((e, i) => part.lower[i] + (0.5 + 0.5 * e) * (part.upper[i] - part.lower[i]))
        let h: Float64Array = x
        let first = 0
        for (const { weight, bias, inputs, outputs } of chain.hidden) {
          const z = bias.map((b, j) => h.reduce((sum, value, i) => sum + weight[j * inputs + i] * value, b))
          z.forEach((value, j) => expect(value * phases[first + j]).toBeGreaterThanOrEqual(-1e-12))
          h = z.map((value) => Math.max(0, value))
          first += outputs
        }
        net.units.evaluate(place, net.rows, values)
        rowValues(rows, evaluate64(network, x)).forEach((value, r) => expect(values[r]).toBeCloseTo(value, 10))
      }
    }
  })
})

it('steps of the slopes prove what slopes by rule do not', () => {
  let better = 0
  for (let seed = 1; seed <= 20; seed++) {
    const random = new SeededRandom(seed)
    const network = randomChain(random)
    const part = partOf(random, whole, false)
    const chain = denseChain(network, rows) ?? expect.fail('a chain')
    const net = new ReducedNetwork(chain)
    net.reduce(part, new Int8Array(chain.neurons))
    const byRule = net.units.bound(net.rows, 0, 1, net.units.ruleSlope) - net.rowSlack(0)
    const shifted = {
      rows: 1,
      coefficients: rows.coefficients.slice(0, 2),
      offsets: Float64Array.of(0.1 - byRule - 1e-6),
    }
    if (proofOf(network, shifted, 'all-positive').bound(part, new Int8Array(chain.neurons)) > 0) better++
  }
  expect(better).toBeGreaterThan(8)
})

it('float64 that is wrong by more than the margin proves nothing', () => {
  // relu(relu(x + 2^53) − 2^53) − 1.25 on [1, 2] is −0.25 at x = 1, but in float64 1.5 + 2^53 is 2 + 2^53.
  const one = (value: number): Layer => ({
    kind: 'dense',
    weight: { shape: [1, 1], data: Float32Array.of(1) },
    bias: { shape: [1], data: Float32Array.of(value) },
  })
  const network = chainOf([one(2 ** 53), one(-(2 ** 53)), one(-1.25)], 1)
  const property = { rows: 1, coefficients: Float64Array.of(1), offsets: Float64Array.of(0) }
  const part = { lower: Float64Array.of(1), upper: Float64Array.of(2) }
  const net = new ReducedNetwork(denseChain(network, property) ?? expect.fail('a chain'))
  net.reduce(part, new Int8Array(2))
  const values = new Float64Array(1)
  net.units.evaluate(Float64Array.of(-1), net.rows, values)
  expect(values[0]).toBeGreaterThan(0)
  expect(proofOf(network, property, 'all-positive').bound(part, new Int8Array(2))).toBeLessThan(-0.25)
})

it.each([
  ['a weight that is no number', Number.NaN],
  ['a weight that is infinite', Infinity],
  ['weights that overflow', 3e38],
])('%s proves nothing', (_, value) => {
  const spoiled = [3, 4, 4, 2].map((size, i, sizes): Layer => {
    const inputs = i === 0 ? 3 : sizes[i - 1]
    return {
      kind: 'dense',
      weight: { shape: [size, inputs], data: new Float32Array(size * inputs).fill(value) },
      bias: { shape: [size], data: new Float32Array(size) },
    }
  })
  const chain = denseChain(chainOf(spoiled, 3), rows) ?? expect.fail('a chain')
  for (const kind of ['all-positive', 'any-positive'] as const)
    expect(new BoxProof(chain, kind).bound(whole, new Int8Array(chain.neurons))).not.toBeGreaterThan(0)
})

it('a neuron whose width overflows, though its bounds do not, proves nothing', () => {
  // 3e307 − relu(1.03e308·x) on [−1, 1]: the pre-activation is the difference of 1.03e308·(x + 1.01) and 1.03e308·1.01.
  const layer = (weights: readonly (readonly number[])[], biases: readonly number[]): Layer => ({
    kind: 'dense',
    weight: { shape: [weights.length, weights[0].length], data: Float32Array.from(weights.flat()) },
    bias: { shape: [biases.length], data: Float32Array.from(biases) },
  })
  const grow = Array.from({ length: 7 }, () => layer([[3.2e38, 0], [0, 3.2e38]], [0, 0])) // prettier-ignore
  const network = chainOf(
    [layer([[1], [0]], [1.01, 1.01]), ...grow, layer([[3e38, -3e38]], [0]), layer([[-1]], [0])],
    1,
  )
  const property = { rows: 1, coefficients: Float64Array.of(1), offsets: Float64Array.of(3e307) }
  const part = { lower: Float64Array.of(-1), upper: Float64Array.of(1) }
  expect(proofOf(network, property, 'all-positive').bound(part, new Int8Array(17))).not.toBeGreaterThan(0)
})
