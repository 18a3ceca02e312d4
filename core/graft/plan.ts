// Which neurons of a network become which lines: surveys the bounds, scores the significance, chooses, fits.
import { chooseImages, shareOf } from '../score/index.ts'
import { initialLines, type Lines } from './lines.ts'
import { graftedNeurons } from './neurons.ts'
import type { GraftRequest } from './request.ts'
import { selectNeurons } from './select.ts'
import { scoreSignificance } from './significance.ts'
import { surveyNeurons, type Survey } from './survey.ts'

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
