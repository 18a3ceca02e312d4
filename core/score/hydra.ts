// Learned significance (after Hydra, Sehwag et al. 2020): scores descend the training loss of the network they would leave.
import type { TrainMethod } from '../contract/recipe.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Engine } from '../engine/engine.ts'
import type { Network } from '../nn/network.ts'
import { epochBatches } from '../train/batches.ts'
import { requireNotCancelled } from '../train/cancel.ts'
import { diverged } from '../train/epoch.ts'
import { requireFit } from '../train/fit.ts'
import { graftLayout, pack } from '../train/layout.ts'
import { scoreByActivation } from './activation.ts'
import { gateStep } from './gate-step.ts'
import { defaultImages } from './images.ts'
import { lowestIndices } from './lowest.ts'
import { byLayer, flatScores, measuredLayers, type LayerScores } from './neurons.ts'
import { shareOf } from './share.ts'

export interface HydraScoreOptions {
  /** Share of neurons that the scores are to find: those are at zero while they learn. */
  readonly ratio: number
  /** What is minimised, at `epsilon` (pixel units). */
  readonly loss: TrainMethod
  readonly epsilon: number
  readonly epochs: number
  readonly batchSize: number
  readonly learningRate: number
  readonly seed: number
  /** Images of the dataset that are learned from. */
  readonly images: Uint32Array
  readonly signal?: AbortSignal
  /** Told after every step: how many of how many are done, and its loss. */
  onStep?(done: number, steps: number, loss: number): void
}

const momentum = 0.9

/**
 * The scores s of all neurons after stochastic gradient descent (momentum 0.9) with a straight-through top-k: the ⌊ratio·N⌋
 * lowest are at zero in the forward pass, gate g = 0, all others open, g = 1; backwards ∂L/∂s = ∂L/∂g. Weights stay as they
 * are. Scores start at mean |h| divided by the layer's largest, for the paper starts at weights divided by theirs. Unlike
 * there, s itself is ranked, not |s|: a neuron whose score falls below 0 harms the network, and ranking |s| would keep it.
 *
 * @param network every activation able to hold lines (`readyToGraft`); neurons that are lines keep their score
 * @throws EspalierError 'model/unsupported', 'model/does-not-fit-data', 'train/diverged', 'job/cancelled'
 */
export async function scoreByHydra(
  engine: Engine,
  network: Network,
  dataset: Dataset,
  options: HydraScoreOptions,
): Promise<readonly LayerScores[]> {
  requireFit(network, dataset)
  const layers = measuredLayers(network, 'post')
  const step = gateStep(engine, network, dataset, options)
  const lines = pack(graftLayout(network), network)
  const scores = await startingScores(engine, network, dataset, options)
  const velocity = new Float64Array(scores.length)
  const steps = options.epochs * epochBatches(options.images, options.batchSize, options.seed, 1).length
  let done = 0
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    const batches = epochBatches(options.images, options.batchSize, options.seed, epoch)
    for (const [batch, images] of batches.entries()) {
      requireNotCancelled(options.signal)
      const masks = masksOf(scores, lines, shareOf(options.ratio, scores.length))
      const { loss, gradient } = await step.run(images, masks, { epoch, batch, batches: batches.length })
      if (!Number.isFinite(loss)) throw diverged(`the loss of the scores became ${loss} in epoch ${epoch}`)
      descend(scores, velocity, { gradient, lines, rate: options.learningRate })
      options.onStep?.(++done, steps, loss)
    }
  }
  return byLayer(layers, scores)
}

/** Mean |h| over the layer's largest, 0 to 1. */
async function startingScores(
  engine: Engine,
  network: Network,
  dataset: Dataset,
  { seed, signal }: HydraScoreOptions,
): Promise<Float64Array> {
  const given = signal === undefined ? {} : { signal }
  const layers = await scoreByActivation(engine, network, dataset, {
    at: 'post',
    images: defaultImages,
    seed,
    ...given,
  })
  return flatScores(
    layers.map(({ activation, scores }) => {
      const largest = scores.reduce((most, score) => Math.max(most, score), 0)
      return { activation, scores: largest > 0 ? scores.map((score) => score / largest) : scores }
    }),
  )
}

/** 1 for lines and for the `count` lowest scores of the other neurons. */
function masksOf(scores: Float64Array, lines: Float32Array, count: number): Float32Array {
  const masks = lines.slice()
  const ranked = scores.map((score, neuron) => (lines[neuron] === 1 ? Infinity : score))
  for (const neuron of lowestIndices(ranked, count)) masks[neuron] = 1
  return masks
}

/** v ← 0.9 v + g; s ← s − η v; lines learn nothing. */
function descend(
  scores: Float64Array,
  velocity: Float64Array,
  { gradient, lines, rate }: { readonly gradient: Float32Array; readonly lines: Float32Array; readonly rate: number },
): void {
  for (let neuron = 0; neuron < scores.length; neuron++) {
    if (lines[neuron] === 1) continue
    velocity[neuron] = momentum * velocity[neuron] + gradient[neuron]
    scores[neuron] -= rate * velocity[neuron]
  }
}
