// Bounds in windows are those of whole rows: padding, strides, joining branches and grafted neurons included.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBounder } from '../../core/bounds/bounder.ts'
import { intervalBounds } from '../../core/bounds/interval.ts'
import { coneOf } from '../../core/bounds/graph.ts'
import { plainCrown } from '../../core/bounds/row-ascent.ts'
import { RowBounder } from '../../core/bounds/row-bounder.ts'
import { neuronStart } from '../../core/bounds/start.ts'
import { windowOf, type Window } from '../../core/bounds/window.ts'
import { WindowRows } from '../../core/bounds/window-rows.ts'
import { SeededRandom } from '../../core/data/random.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { createNetwork, evaluateNodes64, sizeOf, shapeOf, type Layer, type Network } from '../../core/nn/index.ts'
import { parameter, randomBox, relu, samples } from './networks.ts'

let engine: Engine
beforeAll(async () => (engine = await openEngine({ threads: 1 })))
afterAll(() => engine.dispose())

const random = new SeededRandom(4)
const normal = (): number => 0.5 * random.normal()

function conv(from: number, to: number, kernel: number, stride: number, pads: [number, number, number, number]): Layer {
  return {
    kind: 'conv2d',
    weight: parameter([to, from, kernel, kernel], normal),
    bias: parameter([to], normal),
    strides: [stride, stride],
    pads,
  }
}

function grafted(shape: readonly number[]): Layer {
  return {
    kind: 'graftedRelu',
    mask: parameter(shape, () => (random.uniform() < 0.5 ? 1 : 0)),
    slope: parameter(shape, normal),
    intercept: parameter(shape, normal),
  }
}

const plain = createNetwork({
  name: 'plain',
  inputShape: [2, 12, 12],
  nodes: [
    { id: 'c1', layer: conv(2, 3, 3, 1, [1, 1, 1, 1]) },
    { id: 'r1', layer: relu },
    { id: 'c2', layer: conv(3, 2, 3, 2, [1, 0, 0, 1]) },
    { id: 'r2', layer: relu },
    { id: 'c3', layer: conv(2, 2, 2, 1, [0, 0, 0, 0]) },
  ],
})
const withGrafts = createNetwork({
  name: 'grafted',
  inputShape: [1, 12, 12],
  nodes: [
    { id: 'c1', layer: conv(1, 2, 3, 1, [1, 1, 1, 1]) },
    { id: 'r1', layer: grafted([2, 12, 12]) },
    { id: 'c2', layer: conv(2, 2, 3, 1, [1, 1, 1, 1]) },
    { id: 'r2', layer: grafted([2, 12, 12]) },
    { id: 'c3', layer: conv(2, 2, 3, 2, [1, 1, 1, 1]) },
  ],
})
const residual = createNetwork({
  name: 'residual',
  inputShape: [1, 16, 16],
  nodes: [
    { id: 'c0', layer: conv(1, 2, 3, 1, [1, 1, 1, 1]), inputs: ['input'] },
    { id: 'r0', layer: relu },
    { id: 'c1', layer: conv(2, 2, 3, 2, [1, 1, 1, 1]) },
    { id: 'r1', layer: relu },
    { id: 'c2', layer: conv(2, 2, 3, 1, [1, 1, 1, 1]) },
    { id: 'short', layer: conv(2, 2, 1, 2, [0, 0, 0, 0]), inputs: ['r0'] },
    { id: 'c3', layer: { kind: 'add' }, inputs: ['c2', 'short'] },
  ],
})

/** Node ids that look like names made up inside: of cuts, and of the inputs of programs. */
const misleading = createNetwork({
  name: 'misleading ids',
  inputShape: [1, 16, 16],
  nodes: [
    { id: 'keep', layer: conv(1, 1, 3, 1, [1, 1, 1, 1]) },
    { id: 'rounding', layer: grafted([1, 16, 16]) },
    { id: 'c', layer: conv(1, 1, 1, 1, [0, 0, 0, 0]), inputs: ['input'] },
    { id: 'rounding-for-short', layer: relu },
    { id: 'cut0', layer: conv(1, 1, 3, 1, [1, 1, 1, 1]), inputs: ['rounding'] },
    { id: 'short', layer: conv(1, 1, 1, 1, [0, 0, 0, 0]), inputs: ['rounding'] },
    { id: 'cut6', layer: { kind: 'add' }, inputs: ['cut0', 'short'] },
    { id: 'c3', layer: { kind: 'add' }, inputs: ['cut6', 'rounding-for-short'] },
  ],
})

const ascent = { iterations: 10, rate: 0.2, decay: 0.98 }

describe.each([plain, withGrafts, residual, misleading])('windows of $name', (network: Network) => {
  const source = 'c3'
  const size = sizeOf(shapeOf(network, source))
  const neurons = [...Array(size).keys(), ...Array(size).keys()]
  const signs = neurons.map((_, k) => (k < size ? 1 : -1))

  it('are small', () => {
    const window = windowOf(network, source)
    expect(window?.cone.inputSize).toBeLessThan(sizeOf(network.inputShape) / 1.5)
  })

  it.each(['chords', 'envelopes'])(
    'give the bounds of whole rows by %s and tell α of whole rows; no point is outside',
    async (kind) => {
      const box = randomBox(network, 5, 0.2)
      const bounds = intervalBounds(network, box).preActivations
      const first = kind === 'chords' ? null : createBounder(engine, network).firstLayer(box, bounds)
      const context = { box, bounds, first }
      const rows = new RowBounder(engine, network)
      const start = neuronStart(network, source, neurons, signs)
      for (const settings of [plainCrown, ascent]) {
        const whole = await rows.bound(start, context, settings)
        let told = new Float32Array(0)
        const lower = await rows.boundNeurons(source, neurons, signs, context, settings, (from, alpha) => {
          const joined = new Float32Array(told.length + alpha.length)
          joined.set(told)
          joined.set(alpha, told.length)
          expect(told.length).toBe(from * (whole.alpha.length / neurons.length))
          told = joined
        })
        // Float32 sums of up to 300 products in another order, and for the ascent steps that such differences move.
        const tolerance = settings === plainCrown ? 1e-4 : 2e-2
        lower.forEach((value, k) =>
          expect(Math.abs(value - whole.lower[k])).toBeLessThan(tolerance * (1 + Math.abs(value))),
        )
        expect(told.length).toBe(whole.alpha.length)
        const values = [...samples(box, 60, 6)].map((point) => evaluateNodes64(network, point).get(source) ?? [])
        for (const z of values) neurons.forEach((n, k) => expect(signs[k] * z[n]).toBeGreaterThanOrEqual(lower[k]))
      }
    },
  )
})

it('of one place are shared by its rows where that is worth it: the same bounds, α for every row', async () => {
  const network = createNetwork({
    name: 'many channels',
    inputShape: [1, 8, 8],
    nodes: [
      { id: 'c1', layer: conv(1, 12, 3, 1, [1, 1, 1, 1]) },
      { id: 'r1', layer: grafted([12, 8, 8]) },
      { id: 'c2', layer: conv(12, 12, 3, 2, [1, 1, 1, 1]) },
      { id: 'r2', layer: relu },
      { id: 'c3', layer: conv(12, 30, 2, 1, [0, 0, 0, 0]) },
    ],
  })
  const plane = 3 * 3
  const byPlace = Array.from({ length: 30 * plane }, (_, k) => (k % 30) * plane + Math.floor(k / 30))
  // Places have different numbers of rows, most more than one chunk takes.
  const neurons = byPlace.flatMap((n, k) => (k % 7 === 0 ? [n] : [n, n]))
  const signs = neurons.map((n, k) => (neurons[k - 1] === n ? -1 : 1))
  // In this order no two rows of one place are together, so every row has a window of its own.
  const apart = neurons.map((_, k) => (k * 97) % neurons.length)
  const cone = coneOf(network, 'c3')
  const window = windowOf(network, 'c3') as Window
  expect(new WindowRows(window, cone, neurons, signs).samePlace).toBe(true)
  const box = randomBox(network, 5, 0.1)
  const context = { box, bounds: intervalBounds(network, box).preActivations }
  const rows = new RowBounder(engine, network)
  const values = [...samples(box, 20, 6)].map((point) => evaluateNodes64(network, point).get('c3') ?? [])
  for (const settings of [plainCrown, { ...ascent, iterations: 3 }]) {
    const ask = async (order: readonly number[]) => {
      const alpha = new Float32Array(order.length * cone.neurons)
      const [n, s] = [neurons, signs].map((all) => order.map((k) => all[k]))
      const lower = await rows.boundNeurons('c3', n, s, context, settings, (from, told) =>
        alpha.set(told, from * cone.neurons),
      )
      return { lower, alpha }
    }
    const shared = await ask([...neurons.keys()])
    const own = await ask(apart)
    const largest = (of: (row: number, same: number) => number): number => Math.max(...apart.map((k, i) => of(i, k)))
    // Float32 sums in another order, and for the ascent steps that such differences move.
    const tolerance = settings === plainCrown ? 1e-5 : 1e-2
    expect(largest((i, k) => Math.abs(own.lower[i] - shared.lower[k]))).toBeLessThan(tolerance)
    if (settings === plainCrown) {
      const alphaOf = (alpha: Float32Array, row: number) => alpha.subarray(row * cone.neurons, (row + 1) * cone.neurons)
      expect(apart.every((k, i) => alphaOf(own.alpha, i).join() === alphaOf(shared.alpha, k).join())).toBe(true)
    }
    for (const z of values) expect(largest((_, k) => shared.lower[k] - signs[k] * z[neurons[k]])).toBeLessThanOrEqual(0)
  }
})

describe('no window', () => {
  it('is made where zeros beyond the edge would be wrong, or where it would hold everything', () => {
    const twoConvolutions = createNetwork({
      name: 'two',
      inputShape: [1, 16, 16],
      nodes: [
        { id: 'c1', layer: conv(1, 1, 3, 1, [1, 1, 1, 1]) },
        { id: 'c2', layer: conv(1, 1, 3, 1, [1, 1, 1, 1]) },
      ],
    })
    expect(windowOf(twoConvolutions, 'c2')).toBeNull()
    expect(windowOf(twoConvolutions, 'c1')).not.toBeNull()
    const small = createNetwork({
      name: 'small',
      inputShape: [1, 4, 4],
      nodes: [
        { id: 'c1', layer: conv(1, 1, 3, 1, [1, 1, 1, 1]) },
        { id: 'r1', layer: relu },
        { id: 'c2', layer: conv(1, 1, 3, 1, [1, 1, 1, 1]) },
      ],
    })
    expect(windowOf(small, 'c2')).toBeNull()
  })
})
