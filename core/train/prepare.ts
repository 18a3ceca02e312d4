// Everything a training needs before its first epoch: checks, split, layouts, masks, the identity of the run.
import { createHash } from 'node:crypto'
import { EspalierError } from '../contract/errors.ts'
import type { Network } from '../nn/network.ts'
import { networkHash } from '../nn/serialize.ts'
import type { TrainArguments } from './arguments.ts'
import { splitTraining, type Split } from './batches.ts'
import { createEvaluator, type Evaluator } from './evaluator.ts'
import { requireFit } from './fit.ts'
import { pack, statisticsLayout, weightLayout, type Layout } from './layout.ts'
import type { WeightMasks } from './masks.ts'
import type { StepPlan, TrainState } from './step.ts'

export interface Preparation {
  readonly plan: StepPlan
  readonly split: Split
  readonly evaluator: Evaluator
  /** The state before the first epoch: the network's parameters, masked, and no momentum. */
  readonly start: TrainState
  readonly identity: string
}

/** @throws EspalierError 'model/does-not-fit-data', 'model/shape' (masks), 'train/checkpoint' */
export async function prepare(args: TrainArguments): Promise<Preparation> {
  const { engine, network, data, options, masks = {} } = args
  requireFit(network, data.train)
  const hash = networkHash(network)
  const weights = weightLayout(network)
  const statistics = statisticsLayout(network)
  const freeWeights = flattenMasks(weights, masks, network)
  const identity = identify(args, hash, freeWeights)
  if (args.checkpoint !== undefined && args.checkpoint.identity !== identity) throw foreignCheckpoint()
  const plan: StepPlan = {
    engine,
    network,
    networkHash: hash,
    weights,
    statistics,
    classes: data.train.classes.length,
    options,
    freeWeights,
  }
  const initial = pack(weights, network)
  const start = {
    weights: freeWeights ? initial.map((value, index) => (freeWeights[index] === 0 ? 0 : value)) : initial,
    velocity: new Float32Array(weights.length),
    statistics: pack(statistics, network),
  }
  const evaluator = await createEvaluator(engine, network)
  return { plan, split: splitTraining(data.train, options.validation), evaluator, start, identity }
}

function identify({ data, options, seed }: TrainArguments, hash: string, freeWeights: Float32Array | null): string {
  const digest = createHash('sha256').update(JSON.stringify(['espalier-train/1', hash, data.hash, options, seed]))
  if (freeWeights) digest.update(new Uint8Array(freeWeights.buffer))
  return digest.digest('hex')
}

/** One vector over all weights; null where nothing is masked. */
function flattenMasks(layout: Layout, masks: WeightMasks, network: Network): Float32Array | null {
  for (const [name, mask] of Object.entries(masks)) {
    const entry = layout.entries.find((candidate) => candidate.name === name)
    if (entry?.size !== mask.length) throw badMask(network, name, mask.length, entry?.size)
  }
  if (!Object.values(masks).some((mask) => mask.includes(0))) return null
  const flat = new Float32Array(layout.length).fill(1)
  for (const { name, offset } of layout.entries) if (name in masks) flat.set(masks[name], offset)
  return flat
}

function badMask(network: Network, name: string, length: number, size: number | undefined): EspalierError {
  const wanted = size === undefined ? 'there is no such parameter' : `the parameter has ${size} numbers`
  return new EspalierError(
    'model/shape',
    `The mask "${name}" of ${length} entries does not fit the network "${network.name}": ${wanted}.`,
    'Make the masks from the network that is trained.',
  )
}

function foreignCheckpoint(): EspalierError {
  return new EspalierError(
    'train/checkpoint',
    'This checkpoint belongs to another training: network, data, options, seed or masks differ.',
    'Resume with exactly what the training began with, or start it again without the checkpoint.',
  )
}
