// Every method: interrupted after any epoch and resumed, training ends with the bits of an uninterrupted one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngine, type Engine } from '../../../core/engine/engine.ts'
import { networkHash, nodeById } from '../../../core/nn/index.ts'
import { pruneWeights } from '../../../core/prune/index.ts'
import {
  parseCheckpoint,
  serializeCheckpoint,
  train,
  type EpochReport,
  type GradualMasks,
  type TrainArguments,
} from '../../../core/train/index.ts'
import { options } from '../helpers.ts'
import { everyMethod, tinyData, tinyNetwork } from './support.ts'

let engine: Engine
beforeAll(async () => (engine = await openEngine({ provider: 'cpu', threads: 1 })))
afterAll(() => engine.dispose())

const data = tinyData()
const timeless = (history: readonly EpochReport[]): unknown =>
  history.map((report) => ({ ...report, seconds: 0, samplesPerSecond: 0 }))

/** Trains once through, then again from every checkpoint. */
async function expectResumable(
  given: Partial<TrainArguments> & Pick<TrainArguments, 'options'>,
): Promise<EpochReport[]> {
  const saved: Uint8Array[] = []
  const args: TrainArguments = {
    engine,
    network: tinyNetwork(5, true),
    data,
    seed: 4,
    signal: new AbortController().signal,
    onEpoch: () => undefined,
    ...given,
  }
  const keep = (checkpoint: Parameters<typeof serializeCheckpoint>[0]) =>
    Promise.resolve(void saved.push(serializeCheckpoint(checkpoint)))
  const whole = await train({ ...args, onCheckpoint: keep })
  expect(saved).toHaveLength(whole.history.length)
  expect(networkHash(whole.network)).not.toBe(networkHash(args.network))
  for (const bytes of saved) {
    const resumed = await train({ ...args, checkpoint: parseCheckpoint(bytes) })
    expect(networkHash(resumed.network)).toBe(networkHash(whole.network))
    expect(timeless(resumed.history)).toEqual(timeless(whole.history))
  }
  return [...whole.history]
}

const everything = options({
  epochs: 5,
  batchSize: 16,
  epsilon: 0.05,
  learningRate: 0.02,
  select: 'robust-accuracy',
  warmup: 1,
  augment: { crop: 1, flip: true },
  schedule: { kind: 'plateau', factor: 0.5, patience: 0 },
  gammaL1: 1e-3,
  regularisers: { reluStability: 1e-3, l1: 1e-4, smallWeights: 0.01 },
  lines: { learningRate: 0.01, weightDecay: 0, only: false },
})

describe('interrupted and resumed, the same bits', () => {
  it.each(everyMethod.map((method) => [JSON.stringify(method), method] as const))('%s', async (_name, method) => {
    const history = await expectResumable({ options: { ...everything, method } })
    for (const { robustAccuracy, parts } of history) {
      expect(robustAccuracy).not.toBeNull()
      expect(Object.values(parts).every(Number.isFinite)).toBe(true)
    }
  })

  it('with masks that change', async () => {
    const method = { kind: 'fat', stepSize: 1.25, gradAlign: 0.2, sharedStart: false } as const
    const history = await expectResumable({ options: { ...everything, method }, gradual: halving })
    expect(history[2].best).toBe(true)
    expect(history[3].best).toBe(true)
  })
})

/** Epoch 3 prunes half of the weights, epoch 4 turns every second neuron of the grafted layer into a line of slope 0.3. */
const halving: GradualMasks = {
  identity: 'halving',
  lastChange: 4,
  onEpochStart({ epoch, network }) {
    if (epoch === 3) return Promise.resolve(pruneWeights(network, 0.5))
    if (epoch !== 4) return Promise.resolve(null)
    const nodes = network.nodes.map((node) => {
      const { layer } = node
      if (layer.kind !== 'graftedRelu') return node
      const mask = layer.mask.data.map((_, i) => Number(i % 2 === 0))
      return { ...node, layer: { ...layer, mask: { ...layer.mask, data: mask } } }
    })
    return Promise.resolve({ network: { ...network, nodes } })
  },
}

describe('masks that change', () => {
  it('compile nothing anew, hold what they mask, and return a network of the last masks', async () => {
    const compiled: string[] = []
    const watched: Engine = {
      ...{ provider: engine.provider, precision: engine.precision, choice: engine.choice },
      compile: (definition) => {
        compiled.push(definition.key)
        return engine.compile(definition)
      },
      dispose: () => Promise.resolve(),
    }
    const { network, history, bestEpoch } = await train({
      engine: watched,
      network: tinyNetwork(5),
      data,
      options: { ...everything, gammaL1: 0, earlyStop: 1, epochs: 7 },
      seed: 4,
      gradual: halving,
      signal: new AbortController().signal,
      onEpoch: () => undefined,
    })
    // One step for full batches, one for the last; one evaluation.
    expect(new Set(compiled).size).toBe(2)
    expect(bestEpoch).toBeGreaterThanOrEqual(4)
    expect(history.length).toBeGreaterThanOrEqual(5)
    const { layer } = nodeById(network, 'graft')
    if (layer.kind !== 'graftedRelu') throw new Error('not grafted')
    expect(Array.from(layer.mask.data)).toEqual(Array.from(layer.mask.data, (_, i) => Number(i % 2 === 0)))
    const weights = network.nodes.flatMap((node) => ('weight' in node.layer ? Array.from(node.layer.weight.data) : []))
    const zeros = weights.filter((weight) => weight === 0).length
    expect(zeros).toBeGreaterThanOrEqual(Math.floor(weights.length / 2))
  })
})
