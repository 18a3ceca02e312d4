// Standard training is what it was before there were other methods, to the last bit: the step written out plainly beside it.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { scalar } from '../../core/engine/constant.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { tf, type Tensor } from '../../core/engine/tensor.ts'
import { forwardTraining, networkHash } from '../../core/nn/index.ts'
import { epochBatches, splitTraining } from '../../core/train/batches.ts'
import { layoutsOf } from '../../core/train/evaluator.ts'
import { valueGradientsAndExtras } from '../../core/train/gradients.ts'
import { packTensors, unpackTensors } from '../../core/train/layout.ts'
import { crossEntropy, oneHot } from '../../core/train/loss.ts'
import { networkOf, stateOf } from '../../core/train/state.ts'
import { train } from '../../core/train/index.ts'
import { options, smallNetwork, stripesPair } from './helpers.ts'

let engine: Engine
beforeAll(async () => (engine = await openEngine({ provider: 'cpu', threads: 1 })))
afterAll(() => engine.dispose())

const network = smallNetwork()
const { weights: layout, statistics: running } = layoutsOf(network)
const settings = { learningRate: 0.05, momentum: 0.9, weightDecay: 1e-4, gammaL1: 0.01 }

/** The step of the pruning paper: cross-entropy, λ·sign(γ), decay, Nesterov momentum. */
function compilePlainStep(batch: number) {
  const { momentum, weightDecay, gammaL1 } = settings
  return engine.compile<string, 'weights' | 'velocity' | 'statistics'>({
    name: 'plain step',
    key: 'plain step',
    inputs: {
      weights: { shape: [layout.length] },
      velocity: { shape: [layout.length] },
      statistics: { shape: [running.length] },
      images: { shape: [batch, 2] },
      targets: { shape: [batch, 2] },
      rate: { shape: [1] },
    },
    build: (given) => {
      const parameters = unpackTensors(layout, given.weights)
      const statistics = unpackTensors(running, given.statistics)
      const names = layout.entries.map(({ name }) => name)
      const { gradients, extras } = valueGradientsAndExtras(
        (values) => {
          const named = Object.fromEntries(names.map((name, k) => [name, values[k]]))
          const { logits, updates } = forwardTraining(network, given.images, { ...statistics, ...named })
          return { value: crossEntropy(logits, given.targets), extras: { ...updates } }
        },
        names.map((name) => parameters[name]),
      )
      const sparse = layout.entries.map(({ name, role }, k): [string, Tensor] => {
        const pull = tf.mul(scalar(gammaL1), tf.sign(parameters[name]))
        return [name, role === 'gamma' ? tf.add(gradients[k], pull) : gradients[k]]
      })
      const gradient = packTensors(layout, Object.fromEntries(sparse))
      const decayed = tf.add(gradient, tf.mul(scalar(weightDecay), given.weights))
      const velocity = tf.add(tf.mul(scalar(momentum), given.velocity), decayed)
      const step = tf.add(decayed, tf.mul(scalar(momentum), velocity))
      const weights = tf.sub(given.weights, tf.mul(given.rate, step))
      return { weights, velocity, statistics: packTensors(running, extras) }
    },
  })
}

it('ends with the same bits as the plain step, after three epochs', async () => {
  const data = stripesPair()
  const trained = await train({
    ...{ engine, network, data, seed: 1, signal: new AbortController().signal, onEpoch: () => undefined },
    options: options({ ...settings, epochs: 3, batchSize: 32, schedule: { kind: 'constant' }, validation: 0 }),
  })
  const { train: images } = splitTraining(data.train, 0)
  let state: Record<string, Float32Array> = { velocity: new Float32Array(layout.length), ...stateOf(network, layoutsOf(network)) } // prettier-ignore
  const hashes: string[] = []
  for (let epoch = 1; epoch <= 3; epoch++) {
    for (const batch of epochBatches(images, 32, 1, epoch)) {
      const program = await compilePlainStep(batch.length)
      const { weights, velocity, statistics } = state
      const targets = oneHot(Uint8Array.from(batch, (image) => data.train.labels[image]), 2) // prettier-ignore
      const given = { images: data.train.batch(batch), targets, rate: Float32Array.of(settings.learningRate) }
      const output = await program.run({ weights, velocity, statistics, ...given })
      state = { ...state, ...(output as Record<string, Float32Array>) }
    }
    const { weights, statistics, grafts } = state
    hashes.push(networkHash(networkOf(network, layoutsOf(network), { weights, statistics, grafts })))
  }
  expect(networkHash(trained.network)).toBe(hashes[trained.bestEpoch - 1])
})
