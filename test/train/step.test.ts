// One training step against numbers worked out by hand and against PyTorch's formulas.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { networkHash, type Network } from '../../core/nn/index.ts'
import { layoutsOf } from '../../core/train/evaluator.ts'
import { pack, weightLayout } from '../../core/train/layout.ts'
import { oneHot } from '../../core/train/loss.ts'
import { stateOf, type TrainState } from '../../core/train/state.ts'
import { compileStep, runStep, type StepPlan } from '../../core/train/step.ts'
import { linear, options, smallNetwork } from './helpers.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine({ provider: 'cpu', threads: 1 })
})
afterAll(() => engine.dispose())

const plainSgd = options({ momentum: 0, nesterov: false, weightDecay: 0 })

function planOf(network: Network, given: StepPlan['options'], masked = false): StepPlan {
  const hash = networkHash(network)
  return { engine, network, networkHash: hash, ...layoutsOf(network), classes: 2, options: given, masked }
}

function startOf(plan: StepPlan, free: Float32Array = new Float32Array(0)): TrainState {
  return { ...stateOf(plan.network, plan), velocity: new Float32Array(plan.weights.length), free }
}

async function steps(
  plan: StepPlan,
  images: readonly number[],
  labels: readonly number[],
  rate: number,
  count: number,
  free?: Float32Array,
) {
  const program = await compileStep(plan, labels.length)
  const batch = { images: Float32Array.from(images), targets: oneHot(labels, 2), rate, noise: [], dials: {} }
  let output = await runStep(plan, program, startOf(plan, free), batch)
  for (let step = 1; step < count; step++) output = await runStep(plan, program, output.state, batch)
  return output
}

function expectClose(actual: ArrayLike<number>, wanted: readonly number[], digits = 6): void {
  expect(actual).toHaveLength(wanted.length)
  wanted.forEach((value, index) => expect(actual[index]).toBeCloseTo(value, digits))
}

describe('a training step', () => {
  it('follows the gradient worked out by hand', async () => {
    // Zero weights: p = (½, ½), ∂loss/∂logits = (−½, ½), x = (1, 2); a step of 0.1.
    const output = await steps(planOf(linear([0, 0, 0, 0]), plainSgd), [1, 2], [0], 0.1, 1)
    expect(output.loss).toBeCloseTo(Math.LN2, 6)
    expectClose(output.state.weights, [0.05, 0.1, -0.05, -0.1, 0.05, -0.05])
  })

  it('takes the mean over the batch', async () => {
    // Second image: x = (3, 0), label 1: its gradient is (½·3, 0), (−½·3, 0). Mean of both images.
    const output = await steps(planOf(linear([0, 0, 0, 0]), plainSgd), [1, 2, 3, 0], [0, 1], 0.1, 1)
    expectClose(output.state.weights, [-0.05, 0.05, 0.05, -0.05, 0, 0])
  })

  it('applies momentum as PyTorch: v = μ v + g', async () => {
    const heavy = { ...plainSgd, momentum: 0.9 }
    const { state } = await steps(planOf(linear([0, 0, 0, 0]), heavy), [1, 0], [0], 0.1, 2)
    // Step 1: g = −½, w = 0.05 and bias 0.05; step 2: margin 0.2, g = −1/(1+e^0.2), v = −0.45 + g.
    const g = -1 / (1 + Math.exp(0.2))
    expect(state.weights[0]).toBeCloseTo(0.05 - 0.1 * (0.9 * -0.5 + g), 6)
    expect(state.velocity[0]).toBeCloseTo(0.9 * -0.5 + g, 6)
  })

  it('adds λ·sign(γ) to the gradient of batch-norm scales only', async () => {
    const network = smallNetwork(3)
    const images = [0.1, 0.9, 0.4, 0.2, 0.8, 0.7]
    const plain = await steps(planOf(network, plainSgd), images, [0, 1, 0], 1, 1)
    const sparse = await steps(planOf(network, { ...plainSgd, gammaL1: 0.25 }), images, [0, 1, 0], 1, 1)
    const layout = weightLayout(network)
    for (const { role, offset, size } of layout.entries) {
      for (let at = offset; at < offset + size; at++) {
        const difference = plain.state.weights[at] - sparse.state.weights[at]
        expect(difference).toBeCloseTo(role === 'gamma' ? 0.25 : 0, 5)
      }
    }
  })

  it('moves running statistics by a tenth towards batch mean and unbiased variance', async () => {
    const network = smallNetwork(1)
    const plan = planOf(network, plainSgd)
    const weights = pack(weightLayout(network), network)
    const images = [0.1, 0.9, 0.4, 0.2]
    const { state } = await steps(plan, images, [0, 1], 0, 1)
    const values = [0, 1].map((i) => weights[0] * images[2 * i] + weights[1] * images[2 * i + 1] + weights[2])
    const mean = (values[0] + values[1]) / 2
    const variance = (values[0] - mean) ** 2 + (values[1] - mean) ** 2
    expectClose(state.statistics, [0.1 * mean, 0.9 + 0.1 * variance], 5)
  })

  it('keeps masked weights at zero, with momentum and weight decay', async () => {
    const free = Float32Array.of(0, 1, 1, 0, 1, 1)
    const decaying = options({ momentum: 0.9, nesterov: true, weightDecay: 0.1 })
    const { state } = await steps(planOf(linear([0, 1, -1, 0]), decaying, true), [1, 2, 3, 1], [0, 1], 0.1, 5, free)
    expect([state.weights[0], state.weights[3]].map(Math.abs)).toEqual([0, 0])
    expect(state.weights[1]).not.toBe(1)
  })
})
