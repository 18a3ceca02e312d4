// One pass over the training images: gathers and varies batches, draws noise, runs steps, watches for divergence and cancellation.
import { EspalierError } from '../contract/errors.ts'
import type { AugmentOptions } from '../contract/recipe.ts'
import { augment, augments } from '../data/augment.ts'
import type { Dataset } from '../data/dataset.ts'
import { SeededRandom } from '../data/random.ts'
import { requireNotCancelled } from './cancel.ts'
import { argMaxRow, oneHot } from './loss.ts'
import { ruleOfMethod } from './methods/registry.ts'
import { drawNoise } from './noise.ts'
import type { TrainState } from './state.ts'
import { compileStep, lossParts, runStep, type StepBatch, type StepPlan } from './step.ts'

export interface EpochOutcome {
  readonly state: TrainState
  /** Mean loss and accuracy per image, each batch before its update. */
  readonly loss: number
  readonly accuracy: number
  /** Means of the parts of the loss, by name. */
  readonly parts: Readonly<Record<string, number>>
}

export interface EpochRequest {
  readonly dataset: Dataset
  readonly batches: readonly Uint32Array[]
  /** 1 for the first epoch. */
  readonly epoch: number
  readonly seed: number
  readonly rate: number
  /** How images are varied. */
  readonly augment: AugmentOptions
  readonly signal: AbortSignal
  /** Batches and images done. */
  onBatch(batch: number, images: number): void
}

/**
 * Trains on every batch in turn.
 * @throws EspalierError 'train/diverged' on a loss that is not a number, 'job/cancelled' between batches
 */
export async function trainEpoch(plan: StepPlan, start: TrainState, request: EpochRequest): Promise<EpochOutcome> {
  const { dataset, batches, signal } = request
  const names = lossParts(plan.options)
  const sums = names.map(() => 0)
  let state = start
  let loss = 0
  let hits = 0
  let seen = 0
  for (const [index, batch] of batches.entries()) {
    requireNotCancelled(signal)
    const labels = Uint8Array.from(batch, (image) => dataset.labels[image])
    const program = await compileStep(plan, batch.length)
    const output = await runStep(plan, program, state, gather(plan, request, index, labels))
    if (!Number.isFinite(output.loss)) throw diverged(`the loss became ${output.loss} at batch ${index + 1}`)
    state = output.state
    loss += output.loss * batch.length
    for (const [part, value] of output.parts.entries()) sums[part] += value * batch.length
    for (const [row, label] of labels.entries()) hits += Number(argMaxRow(output.logits, row, plan.classes) === label)
    seen += batch.length
    request.onBatch(index + 1, seen)
  }
  const parts = Object.fromEntries(names.map((name, part) => [name, sums[part] / seen]))
  return { state, loss: loss / seen, accuracy: hits / seen, parts }
}

/** What the host gives a step: images, noise, and the numbers of the method's schedule. */
function gather(plan: StepPlan, request: EpochRequest, index: number, labels: Uint8Array): StepBatch {
  const { dataset, batches, epoch, seed, rate } = request
  const { method, epsilon } = plan.options
  const rule = ruleOfMethod(method)
  const images = varied(dataset.batch(batches[index]), request, index)
  return {
    images,
    targets: oneHot(labels, plan.classes),
    rate,
    noise: drawNoise({ seed, epoch, batch: index }, rule.noises(method), images.length),
    dials: rule.dials(method, { epochs: epoch - 1 + index / batches.length, epsilon }),
  }
}

/** The images cropped and flipped at random, a function of seed, epoch and batch alone; as they are where nothing varies. */
function varied(
  images: Float32Array,
  { dataset, augment: options, seed, epoch }: EpochRequest,
  index: number,
): Float32Array {
  if (!augments(options)) return images
  const random = new SeededRandom(seed).fork(`augment ${epoch} ${index}`)
  return augment({ images, shape: dataset.shape }, random, options)
}

/** The error of a training whose loss or weights left the numbers. */
export function diverged(what: string): EspalierError {
  return new EspalierError(
    'train/diverged',
    `Training diverged: ${what}.`,
    'Lower the learning rate (a tenth is a good try), or the momentum, and start again.',
  )
}
