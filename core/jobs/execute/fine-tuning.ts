// What fine-tuning holds and what changes while it runs, by the way the network was simplified.
import type { Recipe, SimplifyOptions } from '../../contract/recipe.ts'
import { openEngine, type Engine } from '../../engine/engine.ts'
import { gradualGraft, planGraft, spanEpochs, type GraftPlan, type GraftRequest } from '../../graft/index.ts'
import type { Network } from '../../nn/index.ts'
import { gradualActivations, gradualWeights, heldMasks } from '../../prune/index.ts'
import type { LayerScores } from '../../score/index.ts'
import { masksOfZeros, type GradualMasks, type WeightMasks } from '../../train/index.ts'
import { engineOptionsOf } from '../compute.ts'
import type { VariantContext } from './context.ts'
import { recordGraftFigures } from './graft-figures.ts'
import { graftRequest } from './graft-stage.ts'
import { scoreNeurons } from './prune-stage.ts'

/** Masks of what stays zero. Lines that begin at zero learn like any other, unless zero is what was asked for. */
export function heldWhileTuning(network: Network, simplify: SimplifyOptions): WeightMasks {
  const learns = simplify.method === 'graft' && simplify.init.kind !== 'zero'
  return learns ? masksOfZeros(network) : heldMasks(network)
}

/** The schedule of a variant that is simplified little by little while it is fine-tuned; undefined for all others. */
export async function gradualWhileTuning(
  network: Network,
  context: VariantContext,
  engine: Engine,
): Promise<GradualMasks | undefined> {
  const { recipe, data, run } = context
  const { simplify, fineTune } = context.variant
  if (!('gradual' in simplify) || simplify.gradual === null || fineTune === undefined) return undefined
  const { ratio } = simplify
  const span = spanEpochs(simplify.gradual.span, fineTune.epochs)
  const rerank = 'rerank' in simplify.gradual && simplify.gradual.rerank
  if (simplify.method === 'weight') return gradualWeights({ ratio, span })
  if (simplify.method === 'graft') {
    const request = graftRequest(network, simplify, context, engine)
    const plan = (again: GraftRequest): Promise<GraftPlan> =>
      withOwnEngine(engine, recipe, (own) => planGraft({ ...again, engine: own }))
    const onFirstPlan = (first: GraftPlan): Promise<void> => recordGraftFigures(context, network, simplify, first)
    return gradualGraft({ request, span, rerank, plan, onFirstPlan, held: (now) => heldWhileTuning(now, simplify) })
  }
  const score = (now: Network): Promise<readonly LayerScores[]> =>
    withOwnEngine(engine, recipe, (own) => scoreNeurons(now, simplify, context, own))
  const first = rerank ? null : await score(network)
  const identity = JSON.stringify([simplify, run.seed, recipe.verify?.epsilon, data.hash])
  return gradualActivations({ ratio, span }, identity, (now) => (first === null ? score(now) : Promise.resolve(first)))
}

/** The programs that look at one epoch's weights go with the engine they were made on, so that epochs do not add up. */
async function withOwnEngine<T>(
  { provider }: Engine,
  { threads }: Recipe,
  work: (own: Engine) => Promise<T>,
): Promise<T> {
  const own = await openEngine(engineOptionsOf({ provider, threads }))
  return await work(own).finally(() => own.dispose())
}
