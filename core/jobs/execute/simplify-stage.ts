// The stage that makes a trained network simpler: one entry for each method.
import type { SimplifyOptions } from '../../contract/recipe.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Network } from '../../nn/index.ts'
import { pruneNeurons, pruneWeights } from '../../prune/index.ts'
import type { VariantContext } from './context.ts'
import { graft } from './graft-stage.ts'
import { pruneByScores } from './prune-stage.ts'
import { findStage, recordModel, type RecordedModel } from './models.ts'

type Method = Exclude<SimplifyOptions['method'], 'none'>
type OptionsOf<M extends Method> = Extract<SimplifyOptions, { method: M }>

interface Way<M extends Method> {
  /** What the history calls it. */
  readonly operation: string
  simplify(network: Network, options: OptionsOf<M>, context: VariantContext, engine: Engine): Network | Promise<Network>
}

const ways: { readonly [M in Method]: Way<M> } = {
  neuron: { operation: 'neuron-prune', simplify: (network, { ratio }) => pruneNeurons(network, ratio) },
  weight: {
    operation: 'weight-prune',
    simplify: (network, { ratio, gradual }) => (gradual === null ? pruneWeights(network, ratio).network : network),
  },
  sap: { operation: 'sap-prune', simplify: pruneByScores },
  gap: { operation: 'gap-prune', simplify: pruneByScores },
  hydra: { operation: 'hydra-prune', simplify: pruneByScores },
  random: { operation: 'random-prune', simplify: pruneByScores },
  graft: { operation: 'graft', simplify: graft },
}

/** Simplifies `model`, or takes what an earlier attempt recorded. */
export async function runSimplifyStage(
  context: VariantContext,
  engine: Engine,
  model: RecordedModel,
  options: OptionsOf<Method>,
): Promise<RecordedModel> {
  const { store, run, datasetId } = context
  const way = ways[options.method] as Way<Method>
  const { operation } = way
  const done = await findStage(store, run, operation)
  if (done !== null) return done
  const network = await way.simplify(model.network, options, context, engine)
  const { architecture } = model.row
  return recordModel(store, network, { run, operation, parent: model.row, architecture, datasetId })
}
