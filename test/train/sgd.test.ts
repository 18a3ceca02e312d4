// The update rule against torch.optim.SGD, on numbers written out.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { sgdUpdate, type SgdOptions } from '../../core/train/sgd.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine({ provider: 'cpu', threads: 1 })
})
afterAll(() => engine.dispose())

/** Weight and velocity after each of two steps with the gradient 0.5, from w = 1, at η = 0.1. */
async function twoSteps(options: SgdOptions): Promise<number[]> {
  const program = await engine.compile({
    name: 'sgd',
    key: JSON.stringify(options),
    inputs: { weights: { shape: [1] }, velocity: { shape: [1] }, gradient: { shape: [1] }, rate: { shape: [1] } },
    build: (inputs) => ({ ...sgdUpdate(options, inputs) }),
  })
  const constants = { gradient: Float32Array.of(0.5), rate: Float32Array.of(0.1) }
  const first = await program.run({ weights: Float32Array.of(1), velocity: Float32Array.of(0), ...constants })
  const second = await program.run({ weights: first.weights, velocity: first.velocity, ...constants })
  return [first.weights[0], first.velocity[0], second.weights[0], second.velocity[0]]
}

it.each([
  // No momentum: w ← w − 0.1·(0.5 + 0.1·w).
  ['weight decay', { momentum: 0, nesterov: false, weightDecay: 0.1 }, [0.94, 0.6, 0.8806, 0.594]],
  // v1 = 0.5; v2 = 0.45 + 0.5.
  ['momentum', { momentum: 0.9, nesterov: false, weightDecay: 0 }, [0.95, 0.5, 0.855, 0.95]],
  // Steps g + 0.9·v: 0.95 and 0.5 + 0.855.
  ['Nesterov momentum', { momentum: 0.9, nesterov: true, weightDecay: 0 }, [0.905, 0.5, 0.7695, 0.95]],
  // g1 = 0.6, v1 = 0.6, step 1.14; g2 = 0.5886, v2 = 1.1286, step 1.60434.
  ['all of them', { momentum: 0.9, nesterov: true, weightDecay: 0.1 }, [0.886, 0.6, 0.725566, 1.1286]],
] as const)('%s', async (_name, options, wanted) => {
  const actual = await twoSteps(options)
  wanted.forEach((value, index) => expect(actual[index]).toBeCloseTo(value, 6))
})
