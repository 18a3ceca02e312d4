// Which neurons of a network become which lines: surveys the bounds, scores the significance, chooses, fits.
import type { GraftOptions } from '../contract/recipe.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Engine } from '../engine/engine.ts'
import type { Network } from '../nn/index.ts'
import { chooseImages, flatScores, scoreByActivation, scoreByGradient, shareOf } from '../score/index.ts'
import { scoreByDamage } from './damage.ts'
import { fittedLines, initialLines, type Lines } from './lines.ts'
import { graftedNeurons } from './neurons.ts'
import { selectNeurons } from './select.ts'
import { surveyNeurons, type Survey } from './survey.ts'

export interface GraftRequest {
  readonly engine: Engine
  readonly network: Network
  /** Training images. */
  readonly dataset: Dataset
  readonly options: GraftOptions
  /** Share of all neurons that are lines afterwards; default: `options.ratio`. */
  readonly ratio?: number
  /** Radius of the survey, pixel units 0–1. */
  readonly epsilon: number
  /** Chooses the images, and the neurons of the criterion `random`. */
  readonly seed: number
  readonly signal?: AbortSignal | undefined
  /** Told how many of how many images are surveyed. */
  onImage?(done: number, total: number): void
}

/** All arrays but `neurons` are over all neurons of the network in topological order. */
export interface GraftPlan {
  /** Neurons to graft, in the order they were chosen: with those that are lines already, exactly ⌊ratio·N⌋. */
  readonly neurons: Uint32Array
  readonly lines: Lines
  readonly survey: Survey
  readonly significance: Float64Array
}

/** @throws EspalierError 'verify/epsilon', 'model/unsupported', 'model/does-not-fit-data', 'job/cancelled' */
export async function planGraft(request: GraftRequest): Promise<GraftPlan> {
  const { engine, network, dataset, options, epsilon, seed, signal } = request
  const images = chooseImages(dataset, options.images, seed)
  const survey = await surveyNeurons({
    engine,
    network,
    dataset,
    images,
    epsilon,
    bounds: options.bounds,
    cost: options.cost,
    signal,
    onImage: (done) => request.onImage?.(done, images.length),
  })
  const significance = await scoreSignificance(request)
  const lines = await initialLines(options.init, engine, network, { dataset, images }, survey, signal)
  const taken = graftedNeurons(network)
  const already = taken.reduce((sum, line) => sum + line, 0)
  const count = Math.max(0, shareOf(request.ratio ?? options.ratio, taken.length) - already)
  const neurons = selectNeurons({ cost: survey.cost, significance }, options, count, taken, seed)
  return { neurons, lines, survey, significance }
}

/** What each neuron means to the network, [neurons]. */
async function scoreSignificance({
  engine,
  network,
  dataset,
  options,
  seed,
  signal,
}: GraftRequest): Promise<Float64Array> {
  const given = { images: options.scored, seed, ...(signal === undefined ? {} : { signal }) }
  switch (options.significance) {
    case 'activation':
      return flatScores(await scoreByActivation(engine, network, dataset, { at: 'post', ...given }))
    case 'gradient':
      return flatScores(
        await scoreByGradient(engine, network, dataset, { at: 'post', inputs: 'clean', epsilon: 0, ...given }),
      )
    case 'damage': {
      const set = { dataset, images: chooseImages(dataset, options.scored, seed) }
      return scoreByDamage(engine, network, set, await fittedLines(engine, network, set, signal), signal)
    }
  }
}
