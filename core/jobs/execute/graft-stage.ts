// Grafting as a stage of a job: at once before fine-tuning, or the layers made ready for grafting little by little within it.
import type { GraftOptions } from '../../contract/recipe.ts'
import type { Engine } from '../../engine/engine.ts'
import { graftNeurons, planGraft, readyToGraft, type GraftRequest } from '../../graft/index.ts'
import type { Network } from '../../nn/index.ts'
import { simplifyEpsilon } from '../recipe/check.ts'
import type { ScoringContext, VariantContext } from './context.ts'
import { recordGraftFigures } from './graft-figures.ts'

/** The network with ⌊ratio·N⌋ lines, or with none yet where grafting is gradual; the figures behind the choice are stored. */
export async function graft(
  network: Network,
  options: GraftOptions,
  context: VariantContext,
  engine: Engine,
): Promise<Network> {
  if (options.gradual !== null) return readyToGraft(network)
  const plan = await planGraft(graftRequest(network, options, context, engine))
  await recordGraftFigures(context, network, options, plan)
  return graftNeurons(network, plan.neurons, plan.lines)
}

export function graftRequest(
  network: Network,
  options: GraftOptions,
  { data, recipe, run, signal, emit }: ScoringContext,
  engine: Engine,
): GraftRequest {
  return {
    engine,
    network,
    dataset: data.train,
    options,
    epsilon: simplifyEpsilon(recipe, options),
    seed: run.seed,
    signal,
    onImage(done, total) {
      const message = `bounds around ${done} of ${total} images`
      emit({ type: 'gauge', runId: run.id, gauge: { stage: 'simplify', message } })
    },
  }
}
