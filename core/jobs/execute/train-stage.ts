// One training stage of a variant: metrics as they come, a checkpoint after every epoch, the result in the history.
import type { TrainOptions } from '../../contract/recipe.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Network } from '../../nn/index.ts'
import type { GradualMasks, WeightMasks } from '../../train/index.ts'
import type { BatchReport, EpochReport } from '../../train/report.ts'
import { train } from '../../train/train.ts'
import { TrainCheckpoints } from './checkpoints.ts'
import type { VariantContext } from './context.ts'
import { findStage, recordModel, type RecordedModel } from './models.ts'
import { ScaleHistogram } from './scale-histogram.ts'

export interface TrainStage {
  readonly name: 'train' | 'fine-tune'
  readonly options: TrainOptions
  /** What stays zero; default: nothing. */
  readonly masks?: WeightMasks
  /** Masks that change from epoch to epoch: gradual pruning or grafting. Asked for when training begins or goes on. */
  readonly gradual?: (network: Network) => Promise<GradualMasks | undefined>
}

/** Trains `model` further, or takes what an earlier attempt recorded. */
export async function runTrainStage(
  context: VariantContext,
  engine: Engine,
  model: RecordedModel,
  stage: TrainStage,
): Promise<RecordedModel> {
  const { store, run, data, signal, datasetId } = context
  const done = await findStage(store, run, stage.name)
  if (done !== null) return done
  const checkpoints = new TrainCheckpoints(store, run.id, stage.name)
  const checkpoint = await checkpoints.read()
  const gradual = await stage.gradual?.(model.network)
  const scales = new ScaleHistogram(run.id, stage.name, model.network)
  // What an attempt that was cut off counted behind its checkpoint is counted anew.
  await store.metrics.removeAfter(run.id, scales.series, checkpoint?.epoch ?? -1)
  if (checkpoint === undefined) await store.metrics.append(scales.before())
  const pending: Promise<void>[] = []
  const { network } = await train({
    engine,
    network: model.network,
    data,
    options: stage.options,
    seed: run.seed,
    signal,
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(gradual === undefined ? {} : { gradual }),
    ...(stage.masks === undefined ? {} : { masks: stage.masks }),
    onEpoch: (report) => pending.push(tellEpoch(context, stage, report)),
    onBatch: (report) => tellBatch(context, stage, report),
    onCheckpoint: async (state) => {
      await Promise.all(pending.splice(0))
      await store.metrics.append(scales.after(state.epoch, state.last.weights))
      await checkpoints.write(state)
    },
  })
  const { architecture } = model.row
  const recorded = await recordModel(store, network, {
    run,
    operation: stage.name,
    parent: model.row,
    architecture,
    datasetId,
  })
  await checkpoints.remove()
  return recorded
}

async function tellEpoch(
  { store, run, emit }: VariantContext,
  { name }: TrainStage,
  report: EpochReport,
): Promise<void> {
  const prefix = name === 'train' ? '' : 'fine-tune.'
  const figures: Readonly<Record<string, number | null>> = {
    'train.loss': report.trainLoss,
    'train.accuracy': report.trainAccuracy,
    ...Object.fromEntries(Object.entries(report.parts).map(([part, value]) => [`train.${part}`, value])),
    'validation.loss': report.validationLoss,
    'validation.accuracy': report.validationAccuracy,
    'validation.robust-accuracy': report.robustAccuracy,
    'learning-rate': report.learningRate,
    'weight-penalty': report.penalty === 0 ? null : report.penalty,
    'epoch-seconds': report.seconds,
  }
  const points = Object.entries(figures).flatMap(([series, value]) =>
    value === null ? [] : [{ series: prefix + series, step: report.epoch, value }],
  )
  await store.metrics.append(points.map((point) => ({ runId: run.id, ...point })))
  emit({ type: 'metrics', runId: run.id, points })
}

function tellBatch({ run, emit }: VariantContext, { name }: TrainStage, report: BatchReport): void {
  const { epoch, epochs, batch, batches, samplesPerSecond } = report
  emit({ type: 'gauge', runId: run.id, gauge: { stage: name, epoch, epochs, batch, batches, samplesPerSecond } })
}
