// A branch and bound across processes: what an earlier one kept of this question, and how this one keeps its own.
import { EspalierError } from '../../contract/errors.ts'
import type { Attempt } from '../attempt.ts'
import { coversRows, questionKey, restoreState, saveState, type SearchState } from '../bab/checkpoint.ts'
import type { StateKeeper } from '../bab/decide.ts'
import type { BabSettings } from '../bab/settings.ts'

export interface KeptSearch {
  /** null where nothing is kept that can be used. */
  readonly state: SearchState | null
  /** Absent where nobody keeps anything. */
  readonly keeper?: StateKeeper
}

export function keptSearch({ keeper, problem, openRows }: Attempt, settings: BabSettings): KeptSearch {
  if (keeper === null) return { state: null }
  const key = questionKey(problem, settings)
  const state = keeper.kept === null ? null : restored(keeper.kept, key)
  // A row that was proved then, before the search, and is open now would be taken for decided.
  const usable = state !== null && (problem.property.kind === 'any-positive' || coversRows(state, openRows))
  return {
    state: usable ? state : null,
    keeper: { due: () => keeper.due(), keep: (current) => keeper.keep(saveState(current, key)) },
  }
}

function restored(bytes: Uint8Array, key: string): SearchState | null {
  try {
    return restoreState(bytes, key)
  } catch (thrown) {
    if (thrown instanceof EspalierError && thrown.code === 'input/unreadable') return null
    throw thrown
  }
}
