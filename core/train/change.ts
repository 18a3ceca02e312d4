// What gradual masks change at the start of an epoch, put into the state of training.
import type { TrainArguments } from './arguments.ts'
import type { TrainCheckpoint } from './checkpoint.ts'
import { startEarlyStop } from './early-stop.ts'
import { flattenMasks, held } from './masks.ts'
import type { Preparation } from './prepare.ts'
import { restartPlateau } from './schedule.ts'
import { networkOf, stateOf } from './state.ts'

/**
 * The checkpoint with the masks and parameters of the coming epoch. Momentum of weights that are held from now on is gone,
 * or it would move them; and what was best under other masks no longer counts.
 * @throws EspalierError 'model/shape' where a mask fits no parameter
 */
export async function changed(
  { network, options, gradual }: TrainArguments,
  { plan }: Preparation,
  before: TrainCheckpoint,
): Promise<TrainCheckpoint> {
  if (gradual === undefined) return before
  const present = networkOf(network, plan, before.last)
  const change = await gradual.onEpochStart({ epoch: before.epoch + 1, epochs: options.epochs, network: present })
  if (change === null) return before
  const free = change.masks === undefined ? before.last.free : freeOf(flattenMasks(plan.weights, change.masks, network))
  const state = stateOf(change.network, plan)
  return {
    ...before,
    last: { ...state, weights: held(state.weights, free), velocity: held(before.last.velocity, free), free },
    schedule: restartPlateau(before.schedule),
    earlyStop: startEarlyStop(),
  }

  /** The step takes a mask in any case: no mask is one of ones. */
  function freeOf(flat: Float32Array): Float32Array {
    return flat.length > 0 ? flat : new Float32Array(plan.weights.length).fill(1)
  }
}
