// Mixtures of rows that cancel: their rounding is counted before it, whatever node they start at and however many there are.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openEngine, type Engine } from '../../../core/engine/engine.ts'
import { createNetwork, type Layer } from '../../../core/nn/index.ts'
import { dense, relu } from '../../bounds/networks.ts'
import { ask, type Question } from './task.ts'

let engine: Engine
beforeAll(async () => (engine = await openEngine({ threads: 1 })))
afterAll(() => engine.dispose())

/** So far are all rows below 0 at some point of the box. */
const BELOW = 1e-9

/** Not asked about points, which would give the answer away. */
async function statusOf({ network, box, property }: Omit<Question, 'engine'>): Promise<string> {
  return (await ask({ engine, network, box, property }, { accept: () => null })).status
}

it('a mixture that starts at a flatten layer proves nothing that its rounding makes up', async () => {
  const side = 8
  const inputs = side * side
  const sign = (i: number): number => (i % 2 === 0 ? -1 : 1)
  const identity: Layer = {
    kind: 'conv2d',
    weight: { shape: [1, 1, 1, 1], data: Float32Array.of(1) },
    bias: { shape: [1], data: Float32Array.of(0) },
    strides: [1, 1],
    pads: [0, 0, 0, 0],
  }
  const indices = Array.from({ length: inputs }, (_, i) => i)
  const last = dense([indices.map(sign), indices.map(() => 1)], [0, 0])
  const layers: Layer[] = [identity, relu, { kind: 'flatten' }, last]
  const network = createNetwork({
    name: 'flat',
    inputShape: [1, side, side],
    nodes: layers.map((layer, i) => ({ id: `n${i}`, layer })),
  })
  const box = { lower: new Float64Array(inputs).fill(1), upper: new Float64Array(inputs).fill(2) }
  // f₀ + η·f₁ and −4 times nearly the same: the numbers ±1 + η of one are rounded up to float32, those of the other down.
  const eta = 2 ** -24
  const coefficients = Float64Array.of(1, eta * (1 + 1e-6), -4, -4 * eta * (1 - 1e-6))
  const rows = { rows: 2, coefficients, offsets: new Float64Array(2).fill(-BELOW) }
  expect(await statusOf({ network, box, property: { kind: 'any-positive', rows } })).not.toBe('verified')
})

it('a mixture of a thousand rows is a sum of a thousand products', async () => {
  const network = createNetwork({
    name: 'line',
    inputShape: [1],
    nodes: [dense([[1]], [0]), relu, dense([[1]], [0])].map((layer, i) => ({ id: `n${i}`, layer })),
  })
  const box = { lower: Float64Array.of(1), upper: Float64Array.of(2) }
  // c·(x − 1.5) and 999 times (1.5 − x): with the weights that a search starts from, .8 and .2 in equal shares, they cancel.
  const count = 1000
  const c = Math.fround((999 * Math.fround(0.2 / 999)) / Math.fround(0.8))
  const coefficients = new Float64Array(count).fill(1)
  coefficients[0] = -c
  const rows = { rows: count, coefficients, offsets: coefficients.map((value) => -1.5 * value - BELOW) }
  expect(await statusOf({ network, box, property: { kind: 'any-positive', rows } })).not.toBe('verified')
})
