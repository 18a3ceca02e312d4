// The stages that make a variant's network: load, train, simplify, fine-tune; each is recorded, and skipped when recorded.
import type { Engine } from '../../engine/engine.ts'
import { originOf } from '../recipe/check.ts'
import type { VariantContext } from './context.ts'
import { gradualWhileTuning, heldWhileTuning } from './fine-tuning.ts'
import { findStage, loadModel, loadRunModel, recordModel, type RecordedModel } from './models.ts'
import type { StageName } from './progress.ts'
import { runSimplifyStage } from './simplify-stage.ts'
import { freshNetwork, requireFit } from './start-network.ts'
import { runTrainStage } from './train-stage.ts'

/** @param parent the finished network of the variant under `from`; null where the variant is fresh or of the history */
export async function buildModel(
  context: VariantContext,
  engine: Engine,
  parent: RecordedModel | null,
  enter: (stage: StageName) => Promise<void>,
): Promise<RecordedModel> {
  const { variant } = context
  await enter('load')
  let model = await loadStart(context, parent)
  requireFit(variant.name, model.network, { ...context.data.train, name: context.data.name })
  if (variant.train !== undefined) {
    await enter('train')
    model = await runTrainStage(context, engine, model, { name: 'train', options: variant.train })
  }
  if (variant.simplify.method !== 'none') {
    await enter('simplify')
    model = await runSimplifyStage(context, engine, model, variant.simplify)
  }
  if (variant.fineTune !== undefined) {
    await enter('fine-tune')
    model = await runTrainStage(context, engine, model, {
      name: 'fine-tune',
      options: variant.fineTune,
      masks: heldWhileTuning(model.network, variant.simplify),
      gradual: (network) => gradualWhileTuning(network, context, engine),
    })
  }
  return model
}

async function loadStart(context: VariantContext, parent: RecordedModel | null): Promise<RecordedModel> {
  if (parent !== null) return parent
  const { store, run, variant, data, datasetId } = context
  const origin = originOf(variant)
  if (origin.kind === 'model') return loadModel(store, origin.id)
  if (origin.kind === 'run') return loadRunModel(store, origin, run.createdAt)
  const done = await findStage(store, run, 'initialise')
  if (done !== null) return done
  const network = freshNetwork(variant, data.train, run.seed)
  const architecture = variant.architecture ?? 'net1'
  return recordModel(store, network, { run, operation: 'initialise', parent: null, architecture, datasetId })
}
