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

/** For the training of a stand-in. */
const trainingSeconds = 15

export interface TrialNetwork {
  readonly kind: Trial['network']
  readonly network: Network
  /** How long it was trained; null where it was not. */
  readonly training: Trial['training']
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
    return { kind: unfinished ? 'unfinished' : 'given', network: model.network, training: null }
  }
  const seed = variant.seed ?? recipe.seed
  const fresh = freshNetwork(variant, data.train, seed)
  const { train: options } = variant
  if (options === undefined) return { kind: 'given', network: fresh, training: null }
  const trained = (epochs: number) => trainPlainly({ recipe, data, engine, signal, tell }, fresh, options, epochs)
  // The first epoch tells how many more there is time for: the longer a network was trained, the harder it is to verify.
  const first = await trained(1)
  const epochs = Math.min(options.epochs, Math.floor(trainingSeconds / first.epochSeconds))
  const { network, epochSeconds } = epochs > 1 ? await trained(epochs) : first
  return { kind: 'stand-in', network, training: { epochs: Math.max(1, epochs), epochSeconds } }
}

/** From the start, with the recipe's seed. */
async function trainPlainly(
  { recipe, data, engine, signal, tell }: Omit<TrialQuestion, 'store'>,
  network: Network,
  options: TrainOptions,
  epochs: number,
): Promise<{ network: Network; epochSeconds: number }> {
  const times: number[] = []
  const seed = recipe.variants[0].seed ?? recipe.seed
  const trained = await train({
    ...{ engine, network, data, seed, signal, options: forAMoment(options, epochs) },
    onEpoch: ({ seconds }) => times.push(seconds),
    onBatch: ({ epoch, epochs, batch, batches, samplesPerSecond }) =>
      tell({ stage: 'train', epoch, epochs, batch, batches, samplesPerSecond }),
  })
  return { network: trained.network, epochSeconds: times.reduce((sum, time) => sum + time, 0) / times.length }
}

/** Plain training with the step sizes of the recipe. */
function forAMoment(options: TrainOptions, epochs: number): TrainOptions {
  const method = trainMethodSchema.parse({ kind: 'standard' })
  return { ...options, method, epochs, warmup: 0, schedule: { kind: 'constant' }, select: 'loss', earlyStop: null }
}
