// Activation pruning as a stage of a job: neurons are scored and put to zero at once, or made ready for it little by little.
import { trainSchema, type ActivationPruneOptions } from '../../contract/recipe.ts'
import type { Engine } from '../../engine/engine.ts'
import { readyToGraft } from '../../graft/index.ts'
import type { Network } from '../../nn/index.ts'
import { pruneActivations } from '../../prune/index.ts'
import { scoreAtRandom, scoreByActivation, scoreByGradient, scoreByHydra, type LayerScores } from '../../score/index.ts'
import { splitTraining } from '../../train/batches.ts'
import { simplifyEpsilon } from '../recipe/check.ts'
import type { ScoringContext, VariantContext } from './context.ts'

/** The network with ⌊ratio·N⌋ neurons at zero, or with none yet where pruning is gradual. */
export async function pruneByScores(
  network: Network,
  options: ActivationPruneOptions,
  context: VariantContext,
  engine: Engine,
): Promise<Network> {
  if (options.method !== 'hydra' && options.gradual !== null) return readyToGraft(network)
  return pruneActivations(network, await scoreNeurons(network, options, context, engine), options.ratio)
}

/** The scores that a recipe asks for; those of hydra on the images that training does not hold out. */
export async function scoreNeurons(
  network: Network,
  options: ActivationPruneOptions,
  { data, recipe, run, variant, signal, emit }: ScoringContext,
  engine: Engine,
): Promise<readonly LayerScores[]> {
  const { seed } = run
  switch (options.method) {
    case 'random':
      return scoreAtRandom(network, seed)
    case 'sap':
      return scoreByActivation(engine, network, data.train, { ...options, seed, signal })
    case 'gap':
      return scoreByGradient(engine, network, data.train, {
        ...options,
        epsilon: options.inputs === 'clean' ? 0 : simplifyEpsilon(recipe, options),
        seed,
        signal,
      })
    case 'hydra': {
      const { validation } = variant.fineTune ?? variant.train ?? trainSchema.parse({})
      return scoreByHydra(engine, readyToGraft(network), data.train, {
        ...options,
        epsilon: options.loss.kind === 'standard' ? 0 : simplifyEpsilon(recipe, options),
        images: splitTraining(data.train, validation).train,
        seed,
        signal,
        onStep(done, steps) {
          const message = `scores: step ${done} of ${steps}`
          emit({ type: 'gauge', runId: run.id, gauge: { stage: 'simplify', message } })
        },
      })
    }
  }
}
