// What grafting is asked: the network, the images, the options of the recipe.
import type { GraftOptions } from '../contract/recipe.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Engine } from '../engine/engine.ts'
import type { Network } from '../nn/index.ts'

export interface GraftRequest {
  readonly engine: Engine
  readonly network: Network
  /** Training images. */
  readonly dataset: Dataset
  readonly options: GraftOptions
  /** Share of all neurons that are lines afterwards; default: `options.ratio`. */
  readonly ratio?: number
  /** Radius of the survey, pixel units 0–1. */
  readonly epsilon: number
  /** Chooses the images, and the neurons of the criterion `random`. */
  readonly seed: number
  readonly signal?: AbortSignal | undefined
  /** Told how many of how many images are surveyed. */
  onImage?(done: number, total: number): void
}
