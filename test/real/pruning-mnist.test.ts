// The pruning paper's road on real MNIST with a few epochs; the full figures come from resources/recipes/pruning-mnist.yaml.
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trainSchema, type TrainOptions } from '../../core/contract/recipe.ts'
import type { DatasetPair } from '../../core/data/dataset.ts'
import { openDataset } from '../../core/data/open.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { buildArchitecture, countNeurons, countNonzeroWeights, type Network } from '../../core/nn/index.ts'
import { pruneNeurons, pruneWeights } from '../../core/prune/index.ts'
import {
  evaluateAccuracy,
  fgsmRobustness,
  selectUnanimous,
  train,
  type TrainResult,
  type WeightMasks,
} from '../../core/train/index.ts'

const directory = new URL('../../../shared/data/mnist', import.meta.url).pathname
const absent = !existsSync(directory)
if (absent) console.warn(`SKIPPED: pruning on MNIST, because ${directory} is not there`)

describe.skipIf(absent)('NET1 on MNIST', () => {
  let engine: Engine
  let data: DatasetPair
  let baseline: Network

  beforeAll(async () => {
    engine = await openEngine({ provider: 'cpu', threads: 1 })
    data = await openDataset({ source: 'idx', directory })
    baseline = (await fit(buildArchitecture('net1', data.train.shape, 1), { epochs: 4 })).network
  }, 300_000)
  afterAll(() => engine.dispose())

  function fit(network: Network, given: Partial<TrainOptions>, masks: WeightMasks = {}): Promise<TrainResult> {
    const cosine = trainSchema.parse({ schedule: { kind: 'cosine' } })
    const signal = new AbortController().signal
    return train({
      engine,
      network,
      data,
      options: { ...cosine, ...given },
      seed: 1,
      masks,
      signal,
      onEpoch: () => undefined,
    })
  }

  it('reaches 97 % in four epochs, and FGSM at 0.1 breaks it', async () => {
    expect(await evaluateAccuracy(engine, baseline, data.test)).toBeGreaterThan(0.97)
    const { robustness } = await fgsmRobustness(engine, baseline, data.test, 0.1)
    expect(robustness).toBeGreaterThan(0.05)
    expect(robustness).toBeLessThan(0.6)
  })

  it('SET2: neurons pruned to 55, weights to 15869, both fine-tuned for two epochs, twenty unanimous images', async () => {
    const sparse = await fit(buildArchitecture('net1', data.train.shape, 1), { epochs: 3, gammaL1: 1e-4 })
    const neurons = await fit(pruneNeurons(sparse.network, 0.5), { epochs: 2 })
    expect(countNeurons(neurons.network)).toBe(55)
    expect(await evaluateAccuracy(engine, neurons.network, data.test)).toBeGreaterThan(0.95)
    const pruned = pruneWeights(baseline, 0.7)
    const weights = await fit(pruned.network, { epochs: 2 }, pruned.masks)
    expect(countNonzeroWeights(weights.network)).toBe(15869)
    expect(await evaluateAccuracy(engine, weights.network, data.test)).toBeGreaterThan(0.97)
    const variants = [baseline, sparse.network, weights.network, neurons.network]
    const attacks = []
    for (const network of variants) attacks.push(await fgsmRobustness(engine, network, data.test, 0.1))
    const chosen = selectUnanimous(attacks, 10, 10)
    expect(chosen.filter(({ group }) => group === 'found')).toHaveLength(10)
    expect(chosen.filter(({ group }) => group === 'missed')).toHaveLength(10)
  })

  it('SET1: λ = 0.1 sends scales to nothing without a NaN, and the network stays alive at a small rate', async () => {
    const sparse = await fit(buildArchitecture('net1', data.train.shape, 1), {
      epochs: 4,
      gammaL1: 0.1,
      learningRate: 0.0015,
    })
    const scales = sparse.network.nodes.flatMap(({ layer }) =>
      layer.kind === 'batchNorm' ? Array.from(layer.gamma.data, Math.abs) : [],
    )
    expect(scales.every(Number.isFinite)).toBe(true)
    expect(scales.filter((scale) => scale < 0.01).length).toBeGreaterThan(40)
    expect(await evaluateAccuracy(engine, sparse.network, data.test)).toBeGreaterThan(0.85)
    const hard = await fit(buildArchitecture('net1', data.train.shape, 1), { epochs: 1, gammaL1: 0.1 })
    expect(Number.isFinite(await evaluateAccuracy(engine, hard.network, data.test))).toBe(true)
  })
})
