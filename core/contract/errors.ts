// The one error class of the project: a stable code, what happened, and what to do about it.

/** Every code a user can meet; documented in docs/errors.md. */
export type ErrorCode =
  | 'input/not-found'
  | 'input/unreadable'
  | 'files/kind'
  | 'files/handle'
  | 'data/idx-magic'
  | 'data/idx-truncated'
  | 'data/idx-trailing'
  | 'data/magic'
  | 'data/truncated'
  | 'data/trailing'
  | 'data/type'
  | 'data/archive'
  | 'data/image'
  | 'data/csv'
  | 'data/gzip'
  | 'data/too-large'
  | 'data/empty'
  | 'data/shape'
  | 'data/length-mismatch'
  | 'data/non-finite'
  | 'data/range'
  | 'data/label-range'
  | 'data/unknown-format'
  | 'download/unknown'
  | 'download/failed'
  | 'download/hash'
  | 'recipe/syntax'
  | 'recipe/unknown-key'
  | 'recipe/invalid'
  | 'model/shape'
  | 'model/does-not-fit-data'
  | 'model/corrupt'
  | 'model/unsupported'
  | 'property/syntax'
  | 'property/unsupported'
  | 'property/too-large'
  | 'vnncomp/csv'
  | 'vnncomp/witness'
  | 'train/diverged'
  | 'train/checkpoint'
  | 'prune/ratio'
  | 'verify/epsilon'
  | 'verify/soundness'
  | 'verify/solver'
  | 'certificate/corrupt'
  | 'certificate/foreign'
  | 'certificate/unproved'
  | 'certificate/unsupported'
  | 'bundle/corrupt'
  | 'bundle/altered'
  | 'engine/kernel-missing'
  | 'engine/provider-unavailable'
  | 'engine/shape'
  | 'engine/failed'
  | 'store/newer-database'
  | 'store/read-only'
  | 'store/disk-full'
  | 'store/locked'
  | 'store/corrupt'
  | 'store/migration'
  | 'store/missing'
  | 'job/unknown'
  | 'job/state'
  | 'job/crashed'
  | 'job/cancelled'
  | 'job/dependency'
  | 'api/invalid'
  | 'api/unauthorised'
  | 'api/unknown'
  | 'api/too-large'
  | 'cli/usage'
  | 'internal'

/** An error with a code that tests and users can rely on. `hint` says what to do next. */
export class EspalierError extends Error {
  override readonly name = 'EspalierError'
  readonly code: ErrorCode
  readonly hint: string

  constructor(code: ErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.hint = hint
  }
}

/** The same error as plain data, for IPC, JSON output and database rows. */
export interface ErrorData {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
}

/** Turns anything thrown into plain data; unknown errors become `internal`. */
export function toErrorData(thrown: unknown): ErrorData {
  if (thrown instanceof EspalierError) return { code: thrown.code, message: thrown.message, hint: thrown.hint }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return { code: 'internal', message, hint: 'This is a bug in Espalier: please report it with the log of the run.' }
}
