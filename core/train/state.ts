// The numbers a training step reads and changes, as flat vectors in the order of the layouts.
import { withParameters } from '../nn/parameters.ts'
import type { Network } from '../nn/network.ts'
import { pack, unpack, type Layout } from './layout.ts'

export interface TrainState {
  readonly weights: Float32Array
  readonly velocity: Float32Array
  /** Running means and variances; empty without batch normalisation. */
  readonly statistics: Float32Array
  /** Masks of grafted layers; empty without them. */
  readonly grafts: Float32Array
  /** 1 where a weight is free, 0 where it is held at zero; empty where all are free. */
  readonly free: Float32Array
}

/** What a network is: a state without what only training needs. */
export type NetworkState = Pick<TrainState, 'weights' | 'statistics' | 'grafts'>

export interface StateLayouts {
  readonly weights: Layout
  readonly statistics: Layout
  readonly grafts: Layout
}

export function stateOf(network: Network, { weights, statistics, grafts }: StateLayouts): NetworkState {
  return { weights: pack(weights, network), statistics: pack(statistics, network), grafts: pack(grafts, network) }
}

/** `network` with the parameters of `state`. */
export function networkOf(network: Network, layouts: StateLayouts, state: NetworkState): Network {
  return withParameters(network, {
    ...unpack(layouts.weights, state.weights),
    ...unpack(layouts.statistics, state.statistics),
    ...unpack(layouts.grafts, state.grafts),
  })
}
