// Trains a network: epochs of seeded batches, validation, schedule, early stop, checkpoints.
import type { TrainOptions } from '../contract/recipe.ts'
import { withParameters } from '../nn/parameters.ts'
import type { TrainArguments } from './arguments.ts'
import { epochBatches } from './batches.ts'
import type { TrainCheckpoint } from './checkpoint.ts'
import { shouldStop, startEarlyStop, stepEarlyStop } from './early-stop.ts'
import { diverged, trainEpoch, type EpochOutcome } from './epoch.ts'
import { unpack } from './layout.ts'
import { prepare, type Preparation } from './prepare.ts'
import type { EpochReport, TrainResult } from './report.ts'
import { startSchedule, stepSchedule } from './schedule.ts'
import type { TrainState } from './step.ts'

/**
 * Trains on `data.train` and returns the network of the best epoch (docs/decisions/0004-training.md).
 * @throws EspalierError 'train/diverged', 'train/checkpoint', 'model/does-not-fit-data', 'job/cancelled'
 */
export async function train(args: TrainArguments): Promise<TrainResult> {
  const run = await prepare(args)
  let checkpoint = args.checkpoint ?? beginning(run, args.options)
  while (checkpoint.epoch < args.options.epochs && !isStopped(checkpoint, args.options)) {
    checkpoint = await nextEpoch(args, run, checkpoint)
    args.onEpoch(checkpoint.history[checkpoint.history.length - 1])
    await args.onCheckpoint?.(checkpoint)
  }
  const { best, history, earlyStop, epoch } = checkpoint
  const parameters = { ...unpack(run.plan.weights, best.weights), ...unpack(run.plan.statistics, best.statistics) }
  return {
    network: epoch === 0 ? args.network : withParameters(args.network, parameters),
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
    schedule: startSchedule(options.learningRate),
    earlyStop: startEarlyStop(),
    history: [],
  }
}

function isStopped({ earlyStop, epoch }: TrainCheckpoint, options: TrainOptions): boolean {
  return epoch > 0 && shouldStop(earlyStop, epoch, options.earlyStop)
}

async function nextEpoch(args: TrainArguments, run: Preparation, before: TrainCheckpoint): Promise<TrainCheckpoint> {
  const { options, seed, data, signal } = args
  const epoch = before.epoch + 1
  const started = performance.now()
  const speed = (images: number): number => (1000 * images) / Math.max(performance.now() - started, 1e-3)
  const batches = epochBatches(run.split.train, options.batchSize, seed, epoch)
  const outcome = await trainEpoch(run.plan, before.last, {
    dataset: data.train,
    batches,
    rate: before.schedule.rate,
    signal,
    onBatch(batch, images) {
      const samplesPerSecond = speed(images)
      args.onBatch?.({ epoch, epochs: options.epochs, batch, batches: batches.length, samplesPerSecond })
    },
  })
  const samplesPerSecond = speed(run.split.train.length)
  const figures = await measure(args, run, outcome)
  const { objective } = figures
  const earlyStop = stepEarlyStop(before.earlyStop, epoch, objective)
  const best = earlyStop.bestEpoch === epoch
  const { epochs, learningRate: baseRate } = options
  const report: EpochReport = {
    epoch,
    epochs,
    learningRate: before.schedule.rate,
    ...figures,
    best,
    seconds: (performance.now() - started) / 1000,
    samplesPerSecond,
  }
  return {
    identity: run.identity,
    epoch,
    last: outcome.state,
    best: best ? outcome.state : before.best,
    schedule: stepSchedule(options.schedule, before.schedule, { epoch, epochs, objective, baseRate }),
    earlyStop,
    history: [...before.history, report],
  }
}

type Figures = Pick<
  EpochReport,
  'trainLoss' | 'trainAccuracy' | 'validationLoss' | 'validationAccuracy' | 'penalty' | 'objective'
>

async function measure(args: TrainArguments, run: Preparation, outcome: EpochOutcome): Promise<Figures> {
  const { validation } = run.split
  const held =
    validation.length === 0
      ? null
      : await run.evaluator.evaluate(outcome.state, args.data.train, validation, args.signal)
  const penalty = args.options.gammaL1 * gammaNorm(run, outcome.state)
  const objective = held?.loss ?? outcome.loss
  if (!Number.isFinite(objective)) throw diverged(`the loss became ${objective} on the held-out images`)
  requireFinite(outcome.state)
  return {
    trainLoss: outcome.loss,
    trainAccuracy: outcome.accuracy,
    validationLoss: held?.loss ?? null,
    validationAccuracy: held?.accuracy ?? null,
    penalty,
    objective,
  }
}

/** The loss of a batch is that before its update: the last update of an epoch shows in the weights alone. */
function requireFinite({ weights, statistics }: TrainState): void {
  for (const values of [weights, statistics])
    if (!values.every(Number.isFinite)) throw diverged('after the epoch some weights were no numbers any more')
}

/** ‖γ‖₁ over all batch-norm scales. */
function gammaNorm({ plan }: Preparation, { weights }: TrainState): number {
  let sum = 0
  for (const { role, offset, size } of plan.weights.entries) {
    if (role !== 'gamma') continue
    for (let at = offset; at < offset + size; at++) sum += Math.abs(weights[at])
  }
  return sum
}
