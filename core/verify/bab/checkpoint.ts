// The state of a branch and bound as bytes and back, so that an interrupted proof goes on where it was.
import { createHash } from 'node:crypto'
import { deserialize, serialize } from 'node:v8'
import type { PreActivationBounds } from '../../bounds/box.ts'
import { EspalierError } from '../../contract/errors.ts'
import { networkHash } from '../../nn/index.ts'
import type { Problem } from '../problem.ts'
import type { SearchContents } from './search-context.ts'
import type { BabSettings } from './settings.ts'

/** Grows when what is kept, or what it means, changes. */
const VERSION = 7

/** What is kept of a search between two rounds. */
export interface SearchState extends SearchContents {
  /** How many of `settings.tighten` were done before. */
  readonly turn: number
  /** Domains bounded that `statistics` does not count. */
  readonly before: number
  /** The rows that it decides together with `rootLower`. */
  readonly openRows: readonly number[]
  /** Lower bounds of the rows at its root, [rows]. */
  readonly rootLower: Float64Array
  /** The bounds that everything in it stands on. */
  readonly bounds: PreActivationBounds
  /** Places in the cone of the neurons that its domains have numbers for. */
  readonly open: Int32Array
}

/** Whether the search, once it is empty, has decided all of these rows. */
export function coversRows({ openRows }: SearchState, wanted: readonly number[]): boolean {
  return wanted.every((row) => openRows.includes(row))
}

/** What a state belongs to: the network, the box, the property, and the settings of the search. */
export function questionKey({ network, box, property }: Problem, settings: BabSettings): string {
  const { kind, rows } = property
  const hash = createHash('sha256').update(JSON.stringify([networkHash(network), kind, settings]))
  for (const { buffer, byteOffset, byteLength } of [box.lower, box.upper, rows.coefficients, rows.offsets])
    hash.update(new Uint8Array(buffer, byteOffset, byteLength))
  return hash.digest('hex')
}

export function saveState(state: SearchState, key: string): Uint8Array {
  return serialize({ version: VERSION, key, state })
}

/** @throws EspalierError 'input/unreadable' where the bytes are no state of `key` */
export function restoreState(bytes: Uint8Array, key: string): SearchState {
  const found = read(bytes)
  if (found.version !== VERSION) throw unreadable('it is of another version')
  if (found.key !== key) throw unreadable('it belongs to another question')
  const state = found.state as SearchState
  // Copies: what is read are views that would keep all of the bytes in memory.
  const bounds = new Map([...state.bounds].map(([id, { lower, upper }]) => [id, { lower: lower.slice(), upper: upper.slice() }])) // prettier-ignore
  return { ...state, bounds, open: state.open.slice() }
}

function read(bytes: Uint8Array): { version?: unknown; key?: unknown; state?: unknown } {
  let value: unknown
  try {
    value = deserialize(bytes)
  } catch {
    throw unreadable('it is cut short or of another kind')
  }
  if (typeof value === 'object' && value !== null) return value
  throw unreadable('it is of another kind')
}

function unreadable(why: string): EspalierError {
  return new EspalierError(
    'input/unreadable',
    `the checkpoint of a branch and bound cannot be used: ${why}`,
    'Start the verification again.',
  )
}
