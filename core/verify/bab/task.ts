// What a branch and bound is asked and what it answers.
import type { Box, PreActivationBounds } from '../../bounds/box.ts'
import type { Bounder } from '../../bounds/bounder.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Witness } from '../outcome.ts'
import type { Property } from '../problem.ts'
import type { CellSolver } from './cell.ts'
import type { SearchState } from './checkpoint.ts'
import type { SearchRecorder } from './recorder.ts'
import type { SearchStatistics } from './search-context.ts'
import type { BabSettings } from './settings.ts'

/** For open domains, in bytes, where nothing is said. */
export const defaultMemory = 2 * 2 ** 30

export interface BabTask {
  readonly engine: Engine
  readonly bounder: Bounder
  readonly box: Box
  readonly property: Property
  /** Rows not proved yet; all rows of an any-positive property take part whatever is listed. */
  readonly openRows: readonly number[]
  /** Bounds of all pre-activations, tightened already. */
  readonly bounds: PreActivationBounds
  readonly seconds: number
  readonly signal: AbortSignal
  /** Most memory for open domains. Default 2 GiB. */
  readonly memoryBytes?: number
  /** Most for the tensors of one bounding call. Default 512 MiB. */
  readonly callBytes?: number
  /** Whether the process holds more than it may, whoever of its parts: then the search ends. */
  readonly full?: () => boolean
  /** Most domains to bound. */
  readonly domains?: number
  readonly settings?: BabSettings
  /** Exact solver of cells with nothing left to split; without one they stay undecided. */
  readonly cells?: CellSolver
  /** Writes the proof down. */
  readonly recorder?: SearchRecorder
  /** A search of this question to go on with, in place of `bounds` and roots; it covers `openRows`. */
  readonly kept?: SearchState
  readonly keeper?: StateKeeper
  /** Turns a point into a witness if it replays. */
  accept(point: Float32Array | Float64Array): Witness | null
  /** `depths`: how many open domains have each depth. */
  progress(state: { lowerBound: number; domains: number; open: number; depths: readonly number[] }): void
}

/** Where the state is kept between rounds, when it is due. */
export interface StateKeeper {
  due(): boolean
  keep(state: SearchState): Promise<void>
}

export interface BabReport {
  readonly status: 'verified' | 'falsified' | 'unknown'
  readonly witness: Witness | null
  /** Smallest proved lower bound of the property's value over the whole box. */
  readonly lowerBound: number
  readonly statistics: SearchStatistics
  /** Why it is unknown. */
  readonly reason: string | null
}
