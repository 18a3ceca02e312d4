// Parameter groups, penalties and small weights: what each role learns by, on numbers worked out by hand.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TrainOptions } from '../../core/contract/recipe.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { networkHash, nodeById, type Network } from '../../core/nn/index.ts'
import { layoutsOf } from '../../core/train/evaluator.ts'
import { parameterGroups } from '../../core/train/groups.ts'
import { unpack } from '../../core/train/layout.ts'
import { oneHot } from '../../core/train/loss.ts'
import { l1Of, penaltyOf, withoutSmallWeights } from '../../core/train/penalties.ts'
import { stateOf } from '../../core/train/state.ts'
import { compileStep, runStep } from '../../core/train/step.ts'
import { train } from '../../core/train/index.ts'
import { options } from './helpers.ts'
import { tinyData, tinyNetwork } from './methods/support.ts'

let engine: Engine
beforeAll(async () => (engine = await openEngine({ provider: 'cpu', threads: 1 })))
afterAll(() => engine.dispose())

const network = tinyNetwork(5)
const layouts = layoutsOf(network)
const plain = options({ momentum: 0, nesterov: false, weightDecay: 0, learningRate: 0.1 })

/** Parameters by name before and after one step of rate 0.1 on three images. */
async function stepped(given: Partial<TrainOptions>, of: Network = network) {
  const plan = {
    ...{ engine, network: of, networkHash: networkHash(of), classes: 3, masked: false },
    ...layoutsOf(of),
    options: { ...plain, ...given },
  }
  const state = {
    ...stateOf(of, plan),
    velocity: new Float32Array(plan.weights.length),
    free: new Float32Array(0),
  }
  const images = Float32Array.from({ length: 48 }, (_, i) => (i % 7) / 7)
  const batch = { images, targets: oneHot([0, 1, 2], 3), rate: 0.1, noise: [], dials: {} }
  const output = await runStep(plan, await compileStep(plan, 3), state, batch)
  return { before: unpack(plan.weights, state.weights), after: unpack(plan.weights, output.state.weights) }
}

describe('parameter groups', () => {
  it('are one stretch where all learn alike, and stretches by role where lines have their own', () => {
    expect(parameterGroups(layouts.weights, { ...plain, weightDecay: 0 })).toHaveLength(1)
    const groups = parameterGroups(layouts.weights, { ...plain, weightDecay: 5e-4 })
    expect(groups.map(({ size, weightDecay }) => [size, weightDecay])).toEqual([
      [10, 5e-4],
      [36, 0],
      [113, 5e-4],
    ])
    const fine = { ...plain, learningRate: 0.001, lines: { learningRate: 0.01, weightDecay: 0, only: false } }
    expect(parameterGroups(layouts.weights, fine).map(({ rate }) => Math.round(rate))).toEqual([1, 10, 1])
  })

  it('give slopes and intercepts their own rate, and no decay', async () => {
    const usual = await stepped({})
    const faster = await stepped({ lines: { learningRate: 0.3, weightDecay: 0, only: false }, weightDecay: 0.5 })
    for (const [name, before] of Object.entries(usual.before)) {
      const line = /slope|intercept/.test(name)
      before.forEach((value, i) => {
        const gradientStep = usual.after[name][i] - value
        const wanted = line ? 3 * gradientStep : gradientStep - 0.1 * 0.5 * value
        expect(faster.after[name][i] - value).toBeCloseTo(wanted, 5)
      })
    }
  })

  it('give slopes and intercepts no gradient where the neuron is a ReLU', async () => {
    const { before, after } = await stepped({})
    const { layer } = nodeById(network, 'graft')
    if (layer.kind !== 'graftedRelu') throw new Error('not grafted')
    const moved = (name: string) => Array.from(before[name], (value, i) => after[name][i] !== value)
    for (const name of ['graft.slope', 'graft.intercept']) {
      expect(moved(name).some(Boolean)).toBe(true)
      moved(name).forEach((did, i) => did && expect(layer.mask.data[i]).toBe(1))
    }
  })

  it('hold everything but lines where only lines learn', async () => {
    const { before, after } = await stepped({ lines: { learningRate: null, weightDecay: 0, only: true } })
    for (const [name, values] of Object.entries(before)) {
      if (/slope|intercept/.test(name)) expect(after[name]).not.toEqual(values)
      else expect(after[name]).toEqual(values)
    }
  })
})

describe('penalties on weights', () => {
  const regularisers = { reluStability: 0, l1: 0.01, smallWeights: 0 }

  it('ℓ1 counts a convolution once per output position, and no bias', async () => {
    const lambda = Object.fromEntries(
      layouts.weights.entries.map((entry) => [entry.name, l1Of(network, entry, { gammaL1: 0, regularisers })]),
    )
    expect(lambda).toMatchObject({ 'conv.weight': 0.09, 'conv.bias': 0, 'hidden.weight': 0.01, 'graft.slope': 0 })
    const [usual, sparse] = [await stepped({}), await stepped({ regularisers })]
    for (const [name, values] of Object.entries(usual.after))
      values.forEach((value, i) => {
        const pulled = 0.1 * lambda[name] * Math.sign(usual.before[name][i])
        expect(sparse.after[name][i]).toBeCloseTo(value - pulled, 5)
      })
  })

  it('are summed as a figure', () => {
    const weights = new Float32Array(layouts.weights.length).fill(-1)
    const figure = penaltyOf(network, layouts.weights, weights, { gammaL1: 0, regularisers })
    expect(figure).toBeCloseTo(0.01 * (9 * 8 + 90 + 15), 10)
  })

  it('small weights are zero in the network returned, biases are not touched', async () => {
    const weights = Float32Array.from({ length: layouts.weights.length }, () => 0.01)
    const cut = unpack(layouts.weights, withoutSmallWeights(layouts.weights, weights, 0.02))
    expect(Math.max(...cut['hidden.weight'])).toBe(0)
    expect(Math.min(...cut['hidden.bias'], ...cut['graft.slope'])).toBeCloseTo(0.01, 8)
    const { network: trained } = await train({
      ...{ engine, network, data: tinyData(), seed: 1, signal: new AbortController().signal, onEpoch: () => undefined },
      options: options({ epochs: 2, batchSize: 16, regularisers: { reluStability: 0, l1: 0, smallWeights: 0.2 } }),
    })
    const { layer } = nodeById(trained, 'hidden')
    if (layer.kind !== 'dense') throw new Error('not dense')
    const sizes = Array.from(layer.weight.data, Math.abs)
    expect(sizes.every((size) => size === 0 || size >= 0.2)).toBe(true)
    expect(sizes.filter((size) => size === 0).length).toBeGreaterThan(5)
  })
})
