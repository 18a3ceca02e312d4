// The network of a dry run: the one that will be verified where it is there, else one that was trained for a moment.
import type { JobGauge } from '../../contract/events.ts'
import { trainMethodSchema, type Recipe, type TrainOptions } from '../../contract/recipe.ts'
import type { Trial } from '../../contract/study.ts'
import type { DatasetPair } from '../../data/dataset.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Network } from '../../nn/index.ts'
import type { Store } from '../../store/store.ts'
import { train } from '../../train/train.ts'
import { freshNetwork, requireFit } from '../execute/start-network.ts'
import { loadOrigin } from './subject.ts'

export interface TrialNetwork {
  readonly kind: Trial['network']
  readonly network: Network
  /** What its epoch of standard training took; null where it was not trained. */
  readonly epochSeconds: number | null
}

interface TrialQuestion {
  readonly store: Store
  readonly recipe: Recipe
  readonly data: DatasetPair
  readonly engine: Engine
  readonly signal: AbortSignal
  readonly tell: (gauge: JobGauge) => void
}

/** Of the first variant. @throws EspalierError 'store/missing', 'model/does-not-fit-data', 'train/diverged', 'job/cancelled' */
export async function trialNetwork({
  store,
  recipe,
  data,
  engine,
  signal,
  tell,
}: TrialQuestion): Promise<TrialNetwork> {
  const [variant] = recipe.variants
  const model = await loadOrigin(store, variant)
  if (model !== null) {
    requireFit(variant.name, model.network, { ...data.train, name: data.name })
    const unfinished = variant.train !== undefined || variant.simplify.method !== 'none'
    return { kind: unfinished ? 'unfinished' : 'given', network: model.network, epochSeconds: null }
  }
  const seed = variant.seed ?? recipe.seed
  const fresh = freshNetwork(variant, data.train, seed)
  if (variant.train === undefined) return { kind: 'given', network: fresh, epochSeconds: null }
  let epochSeconds: number | null = null
  const { network } = await train({
    ...{ engine, network: fresh, data, seed, signal, options: forAMoment(variant.train) },
    onEpoch: ({ seconds }) => (epochSeconds = seconds),
    onBatch: ({ epoch, epochs, batch, batches, samplesPerSecond }) =>
      tell({ stage: 'train', epoch, epochs, batch, batches, samplesPerSecond }),
  })
  return { kind: 'stand-in', network, epochSeconds }
}

/** One epoch of plain training with the step sizes of the recipe. */
function forAMoment(options: TrainOptions): TrainOptions {
  const method = trainMethodSchema.parse({ kind: 'standard' })
  return { ...options, method, epochs: 1, warmup: 0, schedule: { kind: 'constant' }, select: 'loss', earlyStop: null }
}
