// The pass that gives the bounds, in float64: what float32 rounding took off comes back, and nothing is above the exact minimum.
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Box } from '../../core/bounds/box.ts'
import { createBounder } from '../../core/bounds/bounder.ts'
import { intervalBounds } from '../../core/bounds/interval.ts'
import { plainCrown } from '../../core/bounds/row-ascent.ts'
import { SeededRandom } from '../../core/data/random.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { createNetwork, type Layer, type Network } from '../../core/nn/index.ts'
import { compareExact, ExactNetwork, toNumber } from '../trust/exact/oracle.ts'
import { dense, kinds, parameter, randomBox, randomNetwork, randomRows, relu, row } from './networks.ts'

let engine: Engine
beforeAll(async () => (engine = await openEngine({ threads: 1 })))
afterAll(() => engine.dispose())

const ascent = { iterations: 5, rate: 0.2, decay: 0.98 }
const inFloat32 = { lastPass: 'float32' } as const
const chain = (name: string, inputs: number, layers: Layer[]): Network =>
  createNetwork({ name, inputShape: [inputs], nodes: layers.map((layer, i) => ({ id: `n${i}`, layer })) })

it.each(kinds)('takes off %s networks next to nothing, and the bound stays that of float32', async (kind) => {
  for (let seed = 0; seed < 3; seed++) {
    const network = randomNetwork(kind, seed)
    const box = randomBox(network, seed, 0.1)
    const bounds = intervalBounds(network, box).preActivations
    const bounder = createBounder(engine, network)
    const rows = randomRows(3, 2, seed)
    for (const settings of [plainCrown, ascent]) {
      const { crown } = await bounder.outputs(box, rows, bounds, settings)
      const { crown: single } = await bounder.outputs(box, rows, bounds, { ...settings, ...inFloat32 })
      for (let r = 0; r < rows.rows; r++) {
        expect(crown.slack[r]).toBeLessThan(1e-7 * single.slack[r])
        expect(crown.lower[r]).toBeGreaterThan(single.lower[r])
        expect(crown.lower[r]).toBeLessThan(single.lower[r] + 1.5 * single.slack[r])
      }
      expect(crown.alpha).toEqual(single.alpha)
    }
  }
})

/** Many thin layers that multiply by about 1 and add what the one after takes off again: more sums than any layer has products. */
function thinTower(random: SeededRandom): Network {
  const scale = 10 ** random.between(0, 12)
  const layers = Array.from({ length: 15 }, (_, k): Layer[] => {
    const bias = (k % 2 === 0 ? 1 : -1) * scale * (1 + 1e-9 * random.normal())
    return [dense64([[1 + 0.1 * random.normal()]], [bias]), relu]
  })
  return chain('tower', 1, [...layers.flat(), dense64([[random.normal()]], [random.normal()])])
}

/** Neurons in pairs that cancel to a part in 10^13, weights with all bits of float64. */
function cancelling(random: SeededRandom): Network {
  const size = 10 ** random.between(0, 8)
  const pairs = Array.from({ length: 6 }, () => {
    const [w, b, v] = [random.normal(), 3 + random.uniform(), size * random.normal()]
    const close = 1 + 1e-13 * random.normal()
    return { first: [w, w * close], bias: [b, b * close], second: [v, -v / close] }
  })
  return chain('cancelling', 1, [
    dense64(
      pairs.flatMap(({ first }) => first.map((w) => [w])),
      pairs.flatMap(({ bias }) => bias),
    ),
    relu,
    dense64([pairs.flatMap(({ second }) => second)], [0]),
  ])
}

function dense64(weights: number[][], biases: number[]): Layer {
  const single = dense(weights, biases) as Extract<Layer, { kind: 'dense' }>
  const exact = (shape: readonly number[], values: number[]) => ({ shape, data: Float64Array.from(values) })
  return { ...single, weight: exact(single.weight.shape, weights.flat()), bias: exact([biases.length], biases) }
}

/** Points, hairs and wide boxes. */
function thinBox(random: SeededRandom): Box {
  const middle = random.uniform()
  const radius = [0, 1e-15, 1e-9, 0.1][random.integer(4)]
  return { lower: Float64Array.of(middle - radius), upper: Float64Array.of(middle + radius) }
}

it.each([
  { name: 'thin towers', make: thinTower },
  { name: 'cancelling pairs', make: cancelling },
])('is below the exact minimum of $name, whose sums lose what float64 holds', async ({ make }) => {
  const random = new SeededRandom(3)
  let tight = 0
  for (let k = 0; k < 20; k++) {
    const network = make(random)
    const box = thinBox(random)
    const bounder = createBounder(engine, network)
    const bounds = await bounder.preActivations(box)
    for (const sign of [1, -1]) {
      const rows = row([sign])
      const { crown } = await bounder.outputs(box, rows, bounds)
      const exact = new ExactNetwork(network, box).minimum(rows, 0)
      expect(compareExact(exact, crown.lower[0])).toBeGreaterThanOrEqual(0)
      if (toNumber(exact) - crown.lower[0] < 1e3 * crown.slack[0]) tight++
    }
  }
  // The bound is the minimum, but for rounding, wherever no neuron is open.
  expect(tight).toBeGreaterThan(20)
})

it('keeps parameters in float64 as they are: grafted lines, biases, weights', async () => {
  const tenth = Float64Array.of(0.1)
  const graft: Layer = {
    kind: 'graftedRelu',
    mask: parameter([1], () => 1),
    slope: { shape: [1], data: tenth },
    intercept: { shape: [1], data: tenth },
  }
  const network = chain('grafted', 1, [dense64([[0.1]], [0.1]), graft, dense64([[0.1]], [0.1])])
  const box = { lower: Float64Array.of(0.1), upper: Float64Array.of(0.1) }
  const bounder = createBounder(engine, network)
  const { crown } = await bounder.outputs(box, row([0.1]), await bounder.preActivations(box))
  const exact = new ExactNetwork(network, box).minimum(row([0.1]), 0)
  expect(compareExact(exact, crown.lower[0])).toBeGreaterThanOrEqual(0)
  expect(toNumber(exact) - crown.lower[0]).toBeLessThan(1e-15)
})
