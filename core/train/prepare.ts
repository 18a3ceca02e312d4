// Everything a training needs before its first epoch: checks, split, layouts, masks, the identity of the run.
import { createHash } from 'node:crypto'
import { EspalierError } from '../contract/errors.ts'
import { networkHash } from '../nn/serialize.ts'
import type { TrainArguments } from './arguments.ts'
import { splitTraining, type Split } from './batches.ts'
import { createEvaluator, layoutsOf, type Evaluator } from './evaluator.ts'
import { requireFit } from './fit.ts'
import { flattenMasks, held } from './masks.ts'
import { stateOf, type TrainState } from './state.ts'
import type { StepPlan } from './step.ts'

export interface Preparation {
  readonly plan: StepPlan
  readonly split: Split
  readonly evaluator: Evaluator
  /** The state before the first epoch: the network's parameters, masked, and no momentum. */
  readonly start: TrainState
  readonly identity: string
}

/** @throws EspalierError 'model/does-not-fit-data', 'model/shape' (masks), 'train/checkpoint', 'recipe/invalid' (select) */
export async function prepare(args: TrainArguments): Promise<Preparation> {
  const { engine, network, data, options, masks = {} } = args
  requireFit(network, data.train)
  const hash = networkHash(network)
  const layouts = layoutsOf(network)
  const given = flattenMasks(layouts.weights, masks, network)
  const identity = identify(args, hash, given)
  if (args.checkpoint !== undefined && args.checkpoint.identity !== identity) throw foreignCheckpoint()
  const split = splitTraining(data.train, options.validation)
  if (options.select === 'robust-accuracy' && split.validation.length === 0) throw nothingHeldOut()
  const masked = given.length > 0 || args.gradual !== undefined
  const free = masked && given.length === 0 ? new Float32Array(layouts.weights.length).fill(1) : given
  const classes = data.train.classes.length
  const plan: StepPlan = { engine, network, networkHash: hash, ...layouts, classes, options, masked }
  const initial = stateOf(network, layouts)
  const velocity = new Float32Array(layouts.weights.length)
  const start = { ...initial, weights: held(initial.weights, free), velocity, free }
  const attacked = options.method.kind !== 'standard' || options.select === 'robust-accuracy'
  const evaluator = await createEvaluator(engine, network, attacked ? options.epsilon : null)
  return { plan, split, evaluator, start, identity }
}

function identify({ data, options, seed, gradual }: TrainArguments, hash: string, free: Float32Array): string {
  const schedule = gradual?.identity ?? null
  const parts = ['espalier-train/2', hash, data.hash, options, seed, schedule]
  return createHash('sha256').update(JSON.stringify(parts)).update(new Uint8Array(free.buffer)).digest('hex')
}

function nothingHeldOut(): EspalierError {
  return new EspalierError(
    'recipe/invalid',
    'The best epoch is to be chosen by robust accuracy on held-out images, but none are held out.',
    'Set validation above 0 (a tenth of the training images is held out at most), or select: loss.',
  )
}

function foreignCheckpoint(): EspalierError {
  return new EspalierError(
    'train/checkpoint',
    'This checkpoint belongs to another training: network, data, options, seed or masks differ.',
    'Resume with exactly what the training began with, or start it again without the checkpoint.',
  )
}
