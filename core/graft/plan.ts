// Which neurons of a network become which lines: surveys the bounds, scores the significance, chooses, fits.
import type { Network } from '../nn/index.ts'
import { chooseImages, shareOf } from '../score/index.ts'
import { initialLines, type Lines } from './lines.ts'
import { graftedNeurons } from './neurons.ts'
import type { GraftRequest } from './request.ts'
import { selectNeurons, type NeuronScores } from './select.ts'
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
  const { engine, network, dataset, options, seed, signal } = request
  const { survey, significance } = await scoreForGraft(request)
  const images = chooseImages(dataset, options.images, seed)
  const lines = await initialLines(options.init, engine, network, { dataset, images }, survey, signal)
  const neurons = chooseGraft(network, { cost: survey.cost, significance }, request)
  return { neurons, lines, survey, significance }
}

/** What the choice looks at. @throws EspalierError as `planGraft` */
export async function scoreForGraft(request: GraftRequest): Promise<Pick<GraftPlan, 'survey' | 'significance'>> {
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
  return { survey, significance: await scoreSignificance(request) }
}

/** The neurons to graft, in the order they are chosen: with those that are lines already, exactly ⌊ratio·N⌋. */
export function chooseGraft(
  network: Network,
  scores: NeuronScores,
  { options, ratio, seed }: Pick<GraftRequest, 'options' | 'ratio' | 'seed'>,
): Uint32Array {
  const taken = graftedNeurons(network)
  const already = taken.reduce((sum, line) => sum + line, 0)
  const count = Math.max(0, shareOf(ratio ?? options.ratio, taken.length) - already)
  return selectNeurons(scores, options, count, taken, seed)
}
