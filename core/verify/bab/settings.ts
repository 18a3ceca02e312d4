// The knobs of branch and bound, with the values that measurements chose (docs/decisions/0003-bounds-and-branch-and-bound.md).
import type { AscentSettings } from '../../bounds/row-ascent.ts'

export interface BabSettings {
  /** Sizes of the compiled programs, ascending: a batch is padded to the next. The last is the most children of one call. */
  readonly sizes: readonly number[]
  /** Split candidates kept with a domain and tried as children before one is taken (kFSB). */
  readonly candidates: number
  /** α,β ascent of every child. `betaRate`: step of β as a multiple of α's, per unit of |Λ|; `mixRate`: of the mixtures of rows. */
  readonly ascent: AscentSettings & { readonly betaRate: number; readonly mixRate: number }
  /**
   * When this many domains did not settle the problem, neurons are bounded by branch and bound of their own, `domainsEach`
   * for each bound, and the search starts again with the tighter bounds. Ascending.
   */
  readonly tighten: readonly { readonly after: number; readonly domainsEach: number }[]
  /** Most neurons of a layer that are tightened so. */
  readonly tightenNeurons: number
  /** Longest time of a tightening, as a multiple of the time spent before it. */
  readonly tightenPatience: number
  /** α ascent of intermediate bounds and of output rows at the root. */
  readonly rootNeurons: AscentSettings
  readonly rootRows: AscentSettings
}

export const defaultSettings: BabSettings = {
  sizes: [16, 64, 256],
  candidates: 4,
  ascent: { iterations: 3, rate: 0.4, betaRate: 0.5, decay: 0.98, mixRate: 1 },
  tighten: [
    { after: 300, domainsEach: 16 },
    { after: 1_500, domainsEach: 64 },
    { after: 10_000, domainsEach: 256 },
    { after: 50_000, domainsEach: 1024 },
  ],
  tightenNeurons: 256,
  tightenPatience: 6,
  rootNeurons: { iterations: 5, rate: 0.5, decay: 0.98 },
  rootRows: { iterations: 20, rate: 0.5, decay: 0.98 },
}
