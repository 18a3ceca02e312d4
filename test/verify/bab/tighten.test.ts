// Neurons bounded by branch and bound of their own: every sampled pre-activation inside, never looser, much tighter.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBounder } from '../../../core/bounds/bounder.ts'
import { openEngine, type Engine } from '../../../core/engine/engine.ts'
import { activationNodes, createNetwork, evaluateNodes64 } from '../../../core/nn/index.ts'
import { tightenNeurons } from '../../../core/verify/bab/tighten.ts'
import { dense, piecewiseLinearKinds, randomBox, randomNetwork, relu, samples } from '../../bounds/networks.ts'
import type { NeuronTrees } from '../../../core/verify/bab/recorder.ts'
import { smallSettings } from './task.ts'

let engine: Engine
beforeAll(async () => (engine = await openEngine({ threads: 1 })))
afterAll(() => engine.dispose())

describe.each(piecewiseLinearKinds)('%s networks', (kind) => {
  it('keep their pre-activations inside the tightened bounds', async () => {
    const network = randomNetwork(kind, 23)
    const box = randomBox(network, 24, 1)
    const bounder = createBounder(engine, network)
    const before = await bounder.preActivations(box)
    const { bounds } = await tightenNeurons({
      engine,
      bounder,
      box,
      bounds: before,
      first: bounder.firstLayer(box, before),
      settings: smallSettings,
      domainsEach: 64,
      memoryBytes: 2 ** 30,
      neurons: 8,
      deadline: performance.now() + 20_000,
      signal: new AbortController().signal,
    })
    let widthBefore = 0
    let widthAfter = 0
    for (const { preActivationNode: source } of activationNodes(network)) {
      const [wide, tight] = [before.get(source), bounds.get(source)]
      wide?.lower.forEach((low, i) => {
        expect(tight?.lower[i]).toBeGreaterThanOrEqual(low)
        expect(tight?.upper[i]).toBeLessThanOrEqual(wide.upper[i])
        widthBefore += wide.upper[i] - low
        widthAfter += (tight?.upper[i] ?? NaN) - (tight?.lower[i] ?? NaN)
      })
    }
    expect(widthAfter).toBeLessThanOrEqual(widthBefore)
    for (const point of samples(box, 400, 25)) {
      const values = evaluateNodes64(network, point)
      for (const { preActivationNode: source } of activationNodes(network))
        values.get(source)?.forEach((z, i) => {
          expect(z).toBeGreaterThanOrEqual(bounds.get(source)?.lower[i] ?? Infinity)
          expect(z).toBeLessThanOrEqual(bounds.get(source)?.upper[i] ?? -Infinity)
        })
    }
  })
})

it('leaves neurons alone that no other comes before', async () => {
  const weights = [[1, -2, 0.5], [0.5, 1, -1], [-1, 0.25, 2]] // prettier-ignore
  const nodes = [dense(weights, [0.1, 0, 0.2]), dense(weights, [0, 0.3, 0]), relu, dense([[1, -1, 1]], [0])]
  const network = createNetwork({
    name: 'two in a row',
    inputShape: [3],
    nodes: nodes.map((layer, i) => ({ id: `n${i}`, layer })),
  })
  const box = randomBox(network, 24, 1)
  const bounder = createBounder(engine, network)
  const bounds = await bounder.preActivations(box)
  const { signal } = new AbortController()
  const deadline = performance.now() + 20_000
  const task = {
    engine,
    bounder,
    box,
    bounds,
    first: null,
    settings: smallSettings,
    domainsEach: 64,
    memoryBytes: 2 ** 30,
    neurons: 8,
    deadline,
    signal,
  }
  expect(await tightenNeurons(task)).toEqual({ bounds, domains: 0 })
})

it('that is stopped before every tree has begun says nothing of the others', async () => {
  const network = randomNetwork('dense', 23)
  const box = randomBox(network, 24, 1)
  const bounder = createBounder(engine, network)
  const before = await bounder.preActivations(box)
  const stop = new AbortController()
  const begun: number[] = []
  const used: number[] = []
  let wanted = 0
  const trees: NeuronTrees = {
    root: (row) => {
      begun.push(row)
      stop.abort()
      return -1
    },
    split: () => -1,
    found: () => undefined,
    close: () => undefined,
    keep: (rows) => used.push(...rows),
  }
  const { bounds } = await tightenNeurons({
    engine,
    bounder,
    box,
    bounds: before,
    first: null,
    // Two trees begin at once.
    settings: { ...smallSettings, sizes: [4] },
    domainsEach: 64,
    memoryBytes: 2 ** 30,
    neurons: 8,
    deadline: performance.now() + 20_000,
    signal: stop.signal,
    recorder: {
      property: () => trees,
      row: () => undefined,
      bounded: () => undefined,
      neurons: (_cone, _open, rows) => {
        wanted = rows.neurons.length
        return trees
      },
    },
  })
  expect(begun).toEqual([0, 1])
  expect(wanted).toBeGreaterThan(2)
  for (const row of used) expect(begun).toContain(row)
  for (const point of samples(box, 200, 25)) {
    const values = evaluateNodes64(network, point)
    for (const { preActivationNode: source } of activationNodes(network))
      values.get(source)?.forEach((z, i) => {
        expect(z).toBeGreaterThanOrEqual(bounds.get(source)?.lower[i] ?? Infinity)
        expect(z).toBeLessThanOrEqual(bounds.get(source)?.upper[i] ?? -Infinity)
      })
  }
})
