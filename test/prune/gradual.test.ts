// Gradual pruning: the cubic schedule's shares, the masks of each epoch, and training that ends at the share asked for.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { readyToGraft } from '../../core/graft/index.ts'
import { countNonzeroWeights, countWeights, networkHash, type Network } from '../../core/nn/index.ts'
import { gradualActivations, gradualWeights, zeroNeurons } from '../../core/prune/index.ts'
import { scoreAtRandom } from '../../core/score/index.ts'
import { train, type GradualMasks, type TrainCheckpoint } from '../../core/train/index.ts'
import { options, smallNetwork, stripesPair } from '../train/helpers.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine({ threads: 1 })
})
afterAll(() => engine.dispose())

const random = (network: Network) => Promise.resolve(scoreAtRandom(network, 1))
const ones = (flags: Uint8Array): number => flags.reduce((sum, flag) => sum + flag, 0)

/** What each epoch begins with, where nothing is trained in between. */
async function shares(gradual: GradualMasks, start: Network, epochs: number, of: (network: Network) => number) {
  const found: (number | null)[] = []
  let network = start
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const change = await gradual.onEpochStart({ epoch, epochs, network })
    network = change?.network ?? network
    found.push(change === null ? null : of(network))
  }
  return found
}

describe('gradual pruning', () => {
  it('of neurons follows s(t) = s_f (1 − (1 − t/T)³): half of 64 neurons in 4 epochs', async () => {
    const found = await shares(gradualActivations({ ratio: 0.5, span: 4 }, 'random', random), readyToGraft(smallNetwork(64)), 6, (network) => ones(zeroNeurons(network))) // prettier-ignore
    // 0.5·64·(1 − (3/4)³) = 18.5, (1 − (2/4)³) = 28, (1 − (1/4)³) = 31.5
    expect(found).toEqual([18, 28, 31, 32, null, null])
  })

  it('of weights never revives one', async () => {
    const network = smallNetwork(16)
    const found = await shares(gradualWeights({ ratio: 0.75, span: 2 }), network, 3, (now) => countWeights(now) - countNonzeroWeights(now)) // prettier-ignore
    // 64 weights: 0.75·64·(1 − 1/8) = 42, then 48
    expect(found).toEqual([42, 48, null])
  })

  it('refuses ratios outside [0, 1]', () => {
    expect(() => gradualWeights({ ratio: 1.5, span: 2 })).toThrow(expect.objectContaining({ code: 'prune/ratio' }))
  })
})

async function trained(network: Network, gradual: GradualMasks, from?: TrainCheckpoint, stopAfter = Infinity) {
  const checkpoints: TrainCheckpoint[] = []
  const stop = new AbortController()
  const result = await train({
    engine,
    network,
    data: stripesPair(),
    options: options({ epochs: 6, learningRate: 0.05, earlyStop: 1 }),
    seed: 1,
    gradual,
    signal: stop.signal,
    ...(from === undefined ? {} : { checkpoint: from }),
    onEpoch: () => undefined,
    onCheckpoint: (checkpoint) => {
      checkpoints.push(checkpoint)
      if (checkpoint.epoch === stopAfter) stop.abort()
      return Promise.resolve()
    },
  }).catch((thrown: unknown) => {
    if (stopAfter === Infinity) throw thrown
    return null
  })
  return { network: result?.network ?? network, checkpoints }
}

describe('training with gradual pruning', () => {
  const weights = gradualWeights({ ratio: 0.75, span: 4 })
  const activations = gradualActivations({ ratio: 0.5, span: 4 }, 'random', random)

  it('returns a network with exactly the share of weights asked for', async () => {
    const network = smallNetwork(16)
    const { network: pruned } = await trained(network, weights)
    expect(countNonzeroWeights(pruned)).toBe(16)
  })

  it('returns a network with exactly the share of neurons at zero', async () => {
    const { network: pruned } = await trained(readyToGraft(smallNetwork(16)), activations)
    expect(ones(zeroNeurons(pruned))).toBe(8)
  })

  it.each([
    ['weights', weights, smallNetwork(16)],
    ['activations', activations, readyToGraft(smallNetwork(16))],
  ] as const)('of %s, interrupted and resumed, ends bit for bit as if it had not been', async (_, gradual, network) => {
    const whole = await trained(network, gradual)
    const part = await trained(network, gradual, undefined, 2)
    const resumed = await trained(network, gradual, part.checkpoints.at(-1))
    expect(part.checkpoints).toHaveLength(2)
    expect(networkHash(resumed.network)).toBe(networkHash(whole.network))
  })
})
