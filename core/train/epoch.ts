// One pass over the training images: gathers batches, runs steps, watches for divergence and cancellation.
import { EspalierError } from '../contract/errors.ts'
import type { Dataset } from '../data/dataset.ts'
import { requireNotCancelled } from './cancel.ts'
import { argMaxRow, oneHot } from './loss.ts'
import { compileStep, runStep, type StepPlan, type TrainState } from './step.ts'

export interface EpochOutcome {
  readonly state: TrainState
  /** Mean cross-entropy and accuracy per image, each batch before its update. */
  readonly loss: number
  readonly accuracy: number
}

export interface EpochRequest {
  readonly dataset: Dataset
  readonly batches: readonly Uint32Array[]
  readonly rate: number
  readonly signal: AbortSignal
  /** Batches and images done. */
  onBatch(batch: number, images: number): void
}

/**
 * Trains on every batch in turn.
 * @throws EspalierError 'train/diverged' on a loss that is not a number, 'job/cancelled' between batches
 */
export async function trainEpoch(plan: StepPlan, start: TrainState, request: EpochRequest): Promise<EpochOutcome> {
  const { dataset, batches, rate, signal } = request
  const pixels = dataset.shape[0] * dataset.shape[1] * dataset.shape[2]
  const buffer = new Float32Array(Math.max(...batches.map(({ length }) => length)) * pixels)
  let state = start
  let loss = 0
  let hits = 0
  let seen = 0
  for (const [index, batch] of batches.entries()) {
    requireNotCancelled(signal)
    const labels = Uint8Array.from(batch, (image) => dataset.labels[image])
    const images = dataset.batch(batch, buffer.subarray(0, batch.length * pixels))
    const program = await compileStep(plan, batch.length)
    const output = await runStep(plan, program, state, { images, targets: oneHot(labels, plan.classes), rate })
    if (!Number.isFinite(output.loss)) throw diverged(`the loss became ${output.loss} at batch ${index + 1}`)
    state = output.state
    loss += output.loss * batch.length
    for (const [row, label] of labels.entries()) hits += Number(argMaxRow(output.logits, row, plan.classes) === label)
    seen += batch.length
    request.onBatch(index + 1, seen)
  }
  return { state, loss: loss / seen, accuracy: hits / seen }
}

/** The error of a training whose loss or weights left the numbers. */
export function diverged(what: string): EspalierError {
  return new EspalierError(
    'train/diverged',
    `Training diverged: ${what}.`,
    'Lower the learning rate (a tenth is a good try), or the momentum, and start again.',
  )
}
