// The knobs of branch and bound, with the values that measurements chose (docs/decisions/0003-bounds-and-branch-and-bound.md).
import type { DomainAscent } from '../../bounds/domain-bounder.ts'

export interface BabSettings {
  /** Most children bounded in one call. */
  readonly batch: number
  /** Split candidates kept with a domain and tried as children before one is taken (kFSB). */
  readonly candidates: number
  readonly ascent: DomainAscent
  /** Recompute the bounds of later layers for every child, where that is at most this many rows a child; 0: never. */
  readonly refreshRows: number
  /** α iterations on every intermediate bound at the root. */
  readonly rootIterations: number
}

export const defaultSettings: BabSettings = {
  batch: 512,
  candidates: 4,
  ascent: { iterations: 5, rate: 0.1, betaRate: 1, decay: 0.98 },
  refreshRows: 128,
  rootIterations: 20,
}
