// A branch and bound across processes: what an earlier one kept of this question, and how this one keeps its own.
import { deserialize, serialize } from 'node:v8'
import { EspalierError } from '../../contract/errors.ts'
import type { Attempt } from '../attempt.ts'
import { coversRows, questionKey, restoreState, saveState, type SearchState } from '../bab/checkpoint.ts'
import type { StateKeeper } from '../bab/task.ts'
import type { BabSettings } from '../bab/settings.ts'
import { ProofRecorder, type SavedProof } from '../proof/recorder.ts'

/** A search as an earlier process left it. */
export interface LeftSearch {
  readonly state: SearchState
  /** What was written down of its proof; null where that was nothing, or too much to be kept. */
  readonly recorder: ProofRecorder | null
}

export interface KeptSearch {
  /** null where nothing is kept that can be used. */
  readonly left: LeftSearch | null
  /** Absent where nobody keeps anything. */
  readonly keeper?: StateKeeper
}

export function keptSearch(attempt: Attempt, settings: BabSettings): KeptSearch {
  const { keeper, problem, openRows } = attempt
  if (keeper === null) return { left: null }
  const key = questionKey(problem, settings)
  const left = keeper.kept === null ? null : restored(keeper.kept, key, attempt.context.memory.proof)
  // A row that was proved then, before the search, and is open now would be taken for decided.
  const usable = left !== null && (problem.property.kind === 'any-positive' || coversRows(left.state, openRows))
  return {
    left: usable ? left : null,
    keeper: { due: () => keeper.due(), keep: (state) => keeper.keep(saved(state, key, attempt.recorder)) },
  }
}

/** The proof is bytes of its own: what is read of it are views, which keep no more than those in memory. */
function saved(state: SearchState, key: string, recorder: ProofRecorder | null): Uint8Array {
  const proof = recorder?.save() ?? null
  return serialize({ state: saveState(state, key), proof: proof && serialize(proof) })
}

/** null for what is cut short, of another version or of another question: the search begins again. */
function restored(bytes: Uint8Array, key: string, proofBytes: number): LeftSearch | null {
  const { state, proof } = read(bytes)
  if (!(state instanceof Uint8Array)) return null
  try {
    return {
      state: restoreState(state, key),
      recorder: proof instanceof Uint8Array ? recorderOf(proof, proofBytes) : null,
    }
  } catch (thrown) {
    if (thrown instanceof EspalierError && thrown.code === 'input/unreadable') return null
    throw thrown
  }
}

function read(bytes: Uint8Array): { readonly state?: unknown; readonly proof?: unknown } {
  try {
    return Object(deserialize(bytes)) as object
  } catch {
    return {}
  }
}

function recorderOf(proof: Uint8Array, mostBytes: number): ProofRecorder {
  return new ProofRecorder(mostBytes, deserialize(proof.slice()) as SavedProof)
}
