// Training as a whole: it learns, repeats, resumes, stops, cancels and keeps zeros.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TrainOptions } from '../../core/contract/recipe.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { countNonzeroWeights, networkHash, nodeById, withParameters } from '../../core/nn/index.ts'
import { pruneWeights } from '../../core/prune/index.ts'
import {
  evaluateAccuracy,
  masksOfZeros,
  parseCheckpoint,
  serializeCheckpoint,
  train,
  type EpochReport,
  type TrainArguments,
  type TrainCheckpoint,
} from '../../core/train/index.ts'
import { linear, options, smallNetwork, stripes, stripesPair } from './helpers.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine({ provider: 'cpu', threads: 1 })
})
afterAll(() => engine.dispose())

const quick: Partial<TrainOptions> = { epochs: 6, batchSize: 32, earlyStop: null, schedule: { kind: 'cosine' } }

function request(given: Partial<TrainArguments> = {}): TrainArguments {
  return {
    engine,
    network: smallNetwork(),
    data: stripesPair(),
    options: options(quick),
    seed: 1,
    signal: new AbortController().signal,
    onEpoch: () => undefined,
    ...given,
  }
}

/** Reports without what the clock decides. */
function timeless(history: readonly EpochReport[]): unknown {
  return history.map((report) => ({ ...report, seconds: 0, samplesPerSecond: 0 }))
}

describe('train', () => {
  it('learns what a linear model cannot', async () => {
    const data = stripesPair(2000, 500)
    const trained = await train(
      request({ data, network: smallNetwork(16), options: options({ ...quick, epochs: 25 }) }),
    )
    expect(await evaluateAccuracy(engine, trained.network, data.test)).toBeGreaterThan(0.95)
    expect(trained.history).toHaveLength(25)
    expect(trained.stopped).toBe('epochs')
  })

  it('repeats bit for bit, and differs for another seed', async () => {
    const [first, second, other] = [await train(request()), await train(request()), await train(request({ seed: 2 }))]
    expect(networkHash(second.network)).toBe(networkHash(first.network))
    expect(timeless(second.history)).toEqual(timeless(first.history))
    expect(networkHash(other.network)).not.toBe(networkHash(first.network))
  })

  it('resumed after any epoch, through bytes, ends with the same bits', async () => {
    const saved: Uint8Array[] = []
    const onCheckpoint = (checkpoint: TrainCheckpoint): Promise<void> => {
      saved.push(serializeCheckpoint(checkpoint))
      return Promise.resolve()
    }
    const plateau = options({ ...quick, schedule: { kind: 'plateau', factor: 0.5, patience: 0 } })
    const whole = await train(request({ onCheckpoint, options: plateau }))
    expect(saved).toHaveLength(6)
    for (const bytes of saved) {
      const resumed = await train(request({ checkpoint: parseCheckpoint(bytes), options: plateau }))
      expect(networkHash(resumed.network)).toBe(networkHash(whole.network))
      expect(timeless(resumed.history)).toEqual(timeless(whole.history))
    }
  })

  it('refuses the checkpoint of another training', async () => {
    let checkpoint: TrainCheckpoint | undefined
    const onCheckpoint = (latest: TrainCheckpoint): Promise<void> => Promise.resolve(void (checkpoint = latest))
    await train(request({ onCheckpoint }))
    await expect(train(request({ checkpoint, seed: 2 }))).rejects.toMatchObject({ code: 'train/checkpoint' })
    await expect(train(request({ checkpoint, network: smallNetwork(6, 9) }))).rejects.toMatchObject({
      code: 'train/checkpoint',
    })
  })

  it('returns the best epoch, not the last', async () => {
    const diverging = options({ ...quick, epochs: 12, learningRate: 1, schedule: { kind: 'constant' } })
    const { history, bestEpoch } = await train(request({ options: diverging }))
    const objectives = history.map(({ objective }) => objective)
    expect(bestEpoch).toBe(objectives.indexOf(Math.min(...objectives)) + 1)
    const upToBest = options({ ...diverging, epochs: bestEpoch })
    const { network } = await train(request({ options: diverging }))
    expect(networkHash(network)).toBe(networkHash((await train(request({ options: upToBest }))).network))
  })

  it('stops early', async () => {
    const still = options({ ...quick, epochs: 50, learningRate: 1e-12, weightDecay: 0, earlyStop: 2 })
    const { history, stopped, bestEpoch } = await train(
      request({ options: { ...still, schedule: { kind: 'constant' } }, network: linear([1, 0, 0, 1]) }),
    )
    expect(stopped).toBe('early-stop')
    expect(history).toHaveLength(bestEpoch + 3)
  })

  it('trains on every image, also in a shorter last batch', async () => {
    const batches: number[] = []
    const onBatch = ({ batch, batches: all }: { batch: number; batches: number }): void => {
      batches.push(batch)
      expect(all).toBe(Math.ceil(300 / 32))
    }
    await train(request({ onBatch, options: options({ ...quick, epochs: 1 }) }))
    expect(batches).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('varies images where asked, by epoch and batch, and trains on other bits for it', async () => {
    const flipping = options({ ...quick, epochs: 2, augment: { crop: 0, flip: true } })
    const [first, second] = [await train(request({ options: flipping })), await train(request({ options: flipping }))]
    const plain = await train(request({ options: options({ ...quick, epochs: 2 }) }))
    expect(networkHash(second.network)).toBe(networkHash(first.network))
    expect(networkHash(plain.network)).not.toBe(networkHash(first.network))
  })

  it('with no epochs returns the network it was given', async () => {
    const network = smallNetwork()
    const result = await train(request({ network, options: options({ epochs: 0 }) }))
    expect(result).toEqual({ network, history: [], bestEpoch: 0, stopped: 'epochs' })
  })

  it('sparse training drives batch-norm scales towards zero', async () => {
    const gammas = async (gammaL1: number): Promise<number> => {
      const { network } = await train(request({ options: options({ ...quick, gammaL1, validation: 0 }) }))
      const { layer } = nodeById(network, 'bn1')
      if (layer.kind !== 'batchNorm') throw new Error('not a batch norm')
      return Array.from(layer.gamma.data, Math.abs).reduce((sum, value) => sum + value, 0)
    }
    expect(await gammas(0.1)).toBeLessThan(0.3 * (await gammas(0)))
  })

  it('weights that are zero stay exactly zero, rows of zeros included', async () => {
    const network = smallNetwork(12)
    const { layer } = nodeById(network, 'dense1')
    if (layer.kind !== 'dense') throw new Error('not dense')
    const emptyRow = withParameters(network, { 'dense1.weight': layer.weight.data.map((w, i) => (i < 2 ? 0 : w)) })
    const pruned = pruneWeights(emptyRow, 0.6)
    const trained = await train(request({ network: pruned.network, masks: pruned.masks }))
    expect(countNonzeroWeights(trained.network)).toBe(countNonzeroWeights(pruned.network))
    expect(masksOfZeros(trained.network)).toEqual(pruned.masks)
    const last = trained.history[trained.history.length - 1]
    expect(last.trainAccuracy).toBeGreaterThan(0.6)
  })

  it('refuses masks and data that do not fit', async () => {
    const masks = { 'dense1.weight': new Uint8Array(3) }
    await expect(train(request({ masks }))).rejects.toMatchObject({ code: 'model/shape' })
    const wide = { ...smallNetwork(), inputShape: [3] }
    await expect(train(request({ network: wide }))).rejects.toMatchObject({ code: 'model/does-not-fit-data' })
  })

  it('reports a divergence with advice', async () => {
    const wild = options({ ...quick, learningRate: 1e30, epochs: 20 })
    await expect(train(request({ options: wild, network: linear([1, 0, 0, 1]) }))).rejects.toMatchObject({
      code: 'train/diverged',
      hint: expect.stringContaining('learning rate') as string,
    })
  })

  it('reports weights that the last update broke, which no loss has seen', async () => {
    // One batch: its loss is that before the update. 1e39 is infinite in float32.
    const one = options({ ...quick, learningRate: 1e39, epochs: 1, validation: 0, batchSize: 1_000 })
    await expect(train(request({ options: one, network: linear([1, 0, 0, 1]) }))).rejects.toMatchObject({
      code: 'train/diverged',
      message: expect.stringContaining('weights') as string,
    })
  })

  it('is cancelled between batches', async () => {
    const controller = new AbortController()
    let batches = 0
    const cancelled = train(
      request({
        signal: controller.signal,
        onBatch: () => {
          batches += 1
          if (batches === 13) controller.abort()
        },
      }),
    )
    await expect(cancelled).rejects.toMatchObject({ code: 'job/cancelled' })
    expect(batches).toBe(13)
  })

  it('sees no test image', async () => {
    const data = stripesPair()
    const other = { ...data, test: stripes(50, 'test', 99) }
    expect(networkHash((await train(request({ data }))).network)).toBe(
      networkHash((await train(request({ data: other }))).network),
    )
  })
})
