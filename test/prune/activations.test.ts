// Activation pruning: exact counts, lowest scores first, the equalities of spec E.3, and zeros that training leaves alone.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { graftNeurons, readyToGraft } from '../../core/graft/index.ts'
import {
  activationNodes,
  buildArchitecture,
  cutDeadNeurons,
  countNeurons,
  evaluate64,
  evaluateNodes64,
  networkHash,
  nodeById,
  removeNeurons,
  type Network,
} from '../../core/nn/index.ts'
import { heldMasks, pruneActivations, zeroNeurons } from '../../core/prune/index.ts'
import { scoreAtRandom, type LayerScores } from '../../core/score/index.ts'
import { train } from '../../core/train/index.ts'
import { pointOf, relativeDifference } from '../nn/random-network.ts'
import { convNetwork } from '../score/support.ts'
import { options, smallNetwork, stripesPair } from '../train/helpers.ts'

const ones = (flags: Uint8Array): number => flags.reduce((sum, flag) => sum + flag, 0)

/** Scores 0, 1, 2, … in order. */
function rising(network: Network): readonly LayerScores[] {
  let next = 0
  return activationNodes(network).map(({ node, neurons }) => ({
    activation: node.id,
    scores: Float64Array.from({ length: neurons }, () => next++),
  }))
}

describe('pruneActivations', () => {
  it('puts exactly ⌊ratio·N⌋ neurons to zero: 8317 of CNN-B at 50 %', () => {
    const network = buildArchitecture('cnnB', [3, 32, 32], 1)
    expect(countNeurons(network)).toBe(16_634)
    const zeros = zeroNeurons(pruneActivations(network, scoreAtRandom(network, 1), 0.5))
    expect([zeros.length, ones(zeros)]).toEqual([16_634, 8317])
  })

  it.each([
    [0, 0],
    [0.29, 4],
    [0.5, 8],
    [1, 16],
  ])('at %f puts the %i lowest scores of all layers together to zero', (ratio, count) => {
    const network = convNetwork()
    const zeros = zeroNeurons(pruneActivations(network, rising(network), ratio))
    expect(Array.from(zeros)).toEqual(Array.from({ length: 16 }, (_, i) => Number(i < count)))
  })

  it('gives what the network gives with those neurons at zero', () => {
    const network = convNetwork()
    const pruned = pruneActivations(network, scoreAtRandom(network, 3), 0.5)
    const zeros = zeroNeurons(pruned)
    const values = evaluateNodes64(pruned, pointOf(network, 1))
    const hidden = [...(values.get('relu1') ?? []), ...(values.get('relu2') ?? [])]
    const z = [...(values.get('conv1') ?? []), ...(values.get('bn1') ?? [])]
    expect(hidden).toEqual(z.map((value, i) => (zeros[i] === 1 ? 0 : Math.max(0, value))))
  })

  it('is neuron pruning where whole channels and features go, and grafting zero', () => {
    const network = convNetwork()
    const scores: LayerScores[] = [
      { activation: 'relu1', scores: Float64Array.from({ length: 12 }, (_, i) => (i >= 4 && i < 8 ? 0 : 9)) },
      { activation: 'relu2', scores: Float64Array.of(9, 0, 9, 0) },
    ]
    const pruned = pruneActivations(network, scores, 6 / 16)
    const removed = removeNeurons(removeNeurons(network, 'relu1', [0, 2]), 'relu2', [0, 2])
    expect(networkHash(cutDeadNeurons(pruned))).toBe(networkHash(removed))
    for (const seed of [1, 2, 3])
      expect(relativeDifference(evaluate64(pruned, pointOf(network, seed)), evaluate64(removed, pointOf(network, seed)))).toBeLessThan(1e-13) // prettier-ignore
    const nothing = new Float32Array(16)
    const grafted = graftNeurons(network, Uint32Array.of(4, 5, 6, 7, 13, 15), { slope: nothing, intercept: nothing })
    expect(networkHash(pruned)).toBe(networkHash(grafted))
  })

  it('keeps what is at zero there, and counts it', () => {
    const network = convNetwork()
    const first = pruneActivations(network, rising(network), 0.25)
    const falling = rising(network).map((layer) => ({ ...layer, scores: layer.scores.map((score) => -score) }))
    const zeros = Array.from(zeroNeurons(pruneActivations(first, falling, 0.5)))
    expect(zeros).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
    expect(zeroNeurons(pruneActivations(first, falling, 0.1))).toEqual(zeroNeurons(first))
  })

  it('never makes a zero of a line, and says where lines are in the way', () => {
    const network = convNetwork()
    const line = { slope: new Float32Array(16).fill(0.4), intercept: new Float32Array(16) }
    const grafted = graftNeurons(network, Uint32Array.of(0, 1, 2), line)
    expect(Array.from(zeroNeurons(pruneActivations(grafted, rising(network), 0.125)))).toEqual([
      0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ])
    expect(() => pruneActivations(grafted, rising(network), 0.9)).toThrow('only 13 of "conv" are no lines')
  })

  it.each([-0.1, 1.1, NaN])('refuses the ratio %f', (ratio) => {
    const network = convNetwork()
    expect(() => pruneActivations(network, rising(network), ratio)).toThrow(
      expect.objectContaining({ code: 'prune/ratio' }),
    )
  })
})

describe('fine-tuning', () => {
  let engine: Engine
  beforeAll(async () => {
    engine = await openEngine({ threads: 1 })
  })
  afterAll(() => engine.dispose())

  it('changes the weights and leaves zeros at zero, the lines of others free', async () => {
    const network = readyToGraft(smallNetwork(8))
    const line = { slope: new Float32Array(8).fill(0.4), intercept: new Float32Array(8) }
    const half = pruneActivations(graftNeurons(network, Uint32Array.of(7), line), rising(network), 0.5)
    const { network: tuned } = await train({
      engine,
      network: half,
      data: stripesPair(),
      options: options({ epochs: 3, learningRate: 0.05, weightDecay: 0.1 }),
      seed: 1,
      masks: heldMasks(half),
      signal: new AbortController().signal,
      onEpoch: () => undefined,
    })
    expect(zeroNeurons(tuned)).toEqual(zeroNeurons(half))
    expect(Array.from(zeroNeurons(tuned))).toEqual([1, 1, 1, 1, 0, 0, 0, 0])
    const layer = nodeById(tuned, 'relu1').layer
    expect(layer.kind === 'graftedRelu' && layer.slope.data[7]).not.toBe(Math.fround(0.4))
    expect(networkHash(tuned)).not.toBe(networkHash(half))
  })
})
