// Trains a network: epochs of seeded batches, validation, schedule, early stop, masks that change, checkpoints.
import type { TrainOptions } from '../contract/recipe.ts'
import type { TrainArguments } from './arguments.ts'
import { epochBatches } from './batches.ts'
import { changed } from './change.ts'
import type { TrainCheckpoint } from './checkpoint.ts'
import { shouldStop, startEarlyStop, stepEarlyStop } from './early-stop.ts'
import { trainEpoch } from './epoch.ts'
import { measureEpoch } from './measure.ts'
import { ruleOfMethod } from './methods/registry.ts'
import { prepare, type Preparation } from './prepare.ts'
import type { EpochReport, TrainResult } from './report.ts'
import { restartPlateau, startSchedule, stepSchedule } from './schedule.ts'
import { networkOf } from './state.ts'

/**
 * Trains on `data.train` and returns the network of the best epoch (docs/decisions/0004-training.md).
 * @throws EspalierError 'train/diverged', 'train/checkpoint', 'model/does-not-fit-data', 'recipe/invalid', 'job/cancelled'
 */
export async function train(args: TrainArguments): Promise<TrainResult> {
  const run = await prepare(args)
  let checkpoint = args.checkpoint ?? beginning(run, args.options)
  while (checkpoint.epoch < args.options.epochs && !isStopped(checkpoint, args)) {
    checkpoint = await nextEpoch(args, run, await changed(args, run, checkpoint))
    args.onEpoch(checkpoint.history[checkpoint.history.length - 1])
    await args.onCheckpoint?.(checkpoint)
  }
  const { best, history, earlyStop, epoch } = checkpoint
  return {
    network: epoch === 0 ? args.network : networkOf(args.network, run.plan, best),
    history,
    bestEpoch: earlyStop.bestEpoch,
    stopped: epoch < args.options.epochs ? 'early-stop' : 'epochs',
  }
}

function beginning({ identity, start }: Preparation, options: TrainOptions): TrainCheckpoint {
  return {
    identity,
    epoch: 0,
    last: start,
    best: start,
    schedule: startSchedule(options),
    earlyStop: startEarlyStop(),
    history: [],
  }
}

function isStopped({ earlyStop, epoch }: TrainCheckpoint, { options, gradual }: TrainArguments): boolean {
  const earliest = Math.max(1, gradual?.lastChange ?? 0, settledEpochs(options))
  return epoch >= earliest && shouldStop(earlyStop, epoch, options.earlyStop)
}

function settledEpochs({ method }: TrainOptions): number {
  return ruleOfMethod(method).settled(method)
}

async function nextEpoch(args: TrainArguments, run: Preparation, before: TrainCheckpoint): Promise<TrainCheckpoint> {
  const { options, seed, data, signal } = args
  const { epochs } = options
  const epoch = before.epoch + 1
  const { rate } = before.schedule
  const started = performance.now()
  const speed = (images: number): number => (1000 * images) / Math.max(performance.now() - started, 1e-3)
  const batches = epochBatches(run.split.train, options.batchSize, seed, epoch)
  const outcome = await trainEpoch(run.plan, before.last, {
    dataset: data.train,
    batches,
    epoch,
    seed,
    rate,
    augment: options.augment,
    signal,
    onBatch(batch, images) {
      args.onBatch?.({ epoch, epochs, batch, batches: batches.length, samplesPerSecond: speed(images) })
    },
  })
  const samplesPerSecond = speed(run.split.train.length)
  const { figures, measured } = await measureEpoch(args, run, outcome)
  const { objective } = figures
  const comparable = epoch > settledEpochs(options) + 1
  const earlyStop = stepEarlyStop(comparable ? before.earlyStop : startEarlyStop(), epoch, objective)
  const best = earlyStop.bestEpoch === epoch
  const seconds = (performance.now() - started) / 1000
  const report: EpochReport = { epoch, epochs, learningRate: rate, ...figures, best, seconds, samplesPerSecond }
  return {
    identity: run.identity,
    epoch,
    last: outcome.state,
    best: best ? measured : before.best,
    schedule: stepSchedule(options, comparable ? before.schedule : restartPlateau(before.schedule), {
      epoch,
      objective,
    }),
    earlyStop,
    history: [...before.history, report],
  }
}
