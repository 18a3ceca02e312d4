// What a share would take from a network: the very choice that simplification makes, and how the scores behind it are spread.
import type { SimplifyOptions } from '../../contract/recipe.ts'
import type { Cut as CutView, Measured } from '../../contract/study.ts'
import { chooseGraft, criterionScores } from '../../graft/index.ts'
import { countNeurons, type Network } from '../../nn/index.ts'
import { activationCut, neuronCut, weightCut, type Cut } from '../../prune/index.ts'
import { shareOf } from '../../score/index.ts'

type Simplify = Exclude<SimplifyOptions, { method: 'none' }>

export interface CutQuestion {
  readonly network: Network
  readonly simplify: Simplify
  readonly seed: number
  /** The network is the one that will be simplified: its scores mean something. */
  readonly ready: boolean
  /** Scores that only an engine can find; null where they were not measured. */
  readonly measured: Measured | null
}

/** Steps of a histogram of scores. */
const bins = 40
/** Of many scores a few lie far out, and would leave all others in the first steps: those beyond this share are put together. */
const [manyScores, shownShare] = [1_000, 0.99]

/** @throws EspalierError 'prune/ratio', 'model/unsupported' as the method itself */
export function cutView(question: CutQuestion): CutView {
  const { network, simplify, ready } = question
  const unit = simplify.method === 'weight' ? 'weights' : 'neurons'
  const cut = cutOf(question)
  if (cut === null) {
    const total = countNeurons(network)
    return { unit, total, taken: shareOf(simplify.ratio, total), scores: null, missing: whyMissing(simplify, ready) }
  }
  const scores = ready ? histogramOf(cut) : null
  return { unit, total: cut.scores.length, taken: cut.chosen.length, scores, missing: ready ? null : 'untrained' }
}

/** Null where the choice is not known yet, but only how many. */
function cutOf({ network, simplify, seed, measured }: CutQuestion): Cut | null {
  if (simplify.method === 'neuron') return neuronCut(network, simplify.ratio)
  if (simplify.method === 'weight') return weightCut(network, simplify.ratio)
  if (simplify.method === 'graft') {
    if (measured?.kind !== 'graft') return null
    const scores = criterionScores(measured, simplify, measured.cost.length, seed)
    return { scores, chosen: chooseGraft(network, measured, { options: simplify, seed }) }
  }
  if (measured?.kind !== 'activations') return null
  const layers = measured.layers.map(({ activation, scores }) => ({ activation, scores: Float64Array.from(scores) }))
  return activationCut(network, layers, simplify.ratio)
}

function whyMissing({ method }: Simplify, ready: boolean): CutView['missing'] {
  if (method === 'random') return 'drawn'
  if (method === 'hydra') return 'learned'
  return ready ? 'unmeasured' : 'untrained'
}

function histogramOf({ scores, chosen }: Cut): CutView['scores'] {
  if (scores.length === 0) return null
  const sorted = scores.slice().sort()
  const open = scores.length > manyScores
  const [from, to] = [sorted[0], sorted[Math.floor((scores.length - 1) * (open ? shownShare : 1))]]
  const width = to - from || 1
  const binOf = (score: number): number => Math.min(bins - 1, Math.floor(((score - from) / width) * bins))
  const counts = new Uint32Array(bins)
  const taken = new Uint32Array(bins)
  for (const score of scores) counts[binOf(score)] += 1
  for (const index of chosen) taken[binOf(scores[index])] += 1
  return { from, to, open, counts: Array.from(counts), taken: Array.from(taken) }
}
