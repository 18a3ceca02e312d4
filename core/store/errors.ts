// What SQLite and the file system say, as coded errors that tell the user what to do.
import BetterSqlite from 'better-sqlite3'
import { EspalierError, type ErrorCode } from '../contract/errors.ts'
import { corruptHint } from './backups.ts'

interface Advice {
  readonly code: ErrorCode
  readonly what: string
  /** Or made from the path the error is about. */
  readonly hint: string | ((path: string) => string)
}

const full: Advice = {
  code: 'store/disk-full',
  what: 'The disk is full',
  hint: 'Free some space, then resume; everything recorded so far is kept.',
}
const readOnly: Advice = {
  code: 'store/read-only',
  what: 'The data folder cannot be written',
  hint: 'Make the folder writable, or choose another one with --home or ESPALIER_HOME.',
}
const noFolder: Advice = {
  code: 'store/read-only',
  what: 'The data folder cannot be made, a file is in its way',
  hint: 'Choose another data folder with --home or ESPALIER_HOME.',
}
const corrupt: Advice = {
  code: 'store/corrupt',
  what: 'The history file is damaged',
  hint: corruptHint,
}
const busy: Advice = {
  code: 'store/locked',
  what: 'Another process holds the history',
  hint: 'Wait for it to finish or close it, then try again.',
}
const missing: Advice = {
  code: 'store/missing',
  what: 'Something that is needed is not there',
  hint: 'It may have been deleted; look at the list again.',
}

/** By SQLite's extended result code, longest prefix first. */
const sqliteAdvice: readonly (readonly [prefix: string, advice: Advice])[] = [
  ['SQLITE_FULL', full],
  ['SQLITE_IOERR_SHMSIZE', full],
  ['SQLITE_READONLY', readOnly],
  ['SQLITE_CANTOPEN', readOnly],
  ['SQLITE_PERM', readOnly],
  ['SQLITE_CORRUPT', corrupt],
  ['SQLITE_NOTADB', corrupt],
  ['SQLITE_IOERR_SHORT_READ', corrupt],
  ['SQLITE_BUSY', busy],
  ['SQLITE_LOCKED', busy],
  ['SQLITE_CONSTRAINT_FOREIGNKEY', missing],
]

/** By the system's error code. */
const fileAdvice: ReadonlyMap<string, Advice> = new Map([
  ['ENOSPC', full],
  ['EDQUOT', full],
  ['EROFS', readOnly],
  ['EACCES', readOnly],
  ['EPERM', readOnly],
  ['ENOTDIR', noFolder],
  ['EEXIST', noFolder],
  ['ENOENT', missing],
])

/** An error of SQLite on the file at `path` as one of ours; anything else comes back as it is. */
export function sqliteError(path: string, cause: unknown): unknown {
  if (!(cause instanceof BetterSqlite.SqliteError)) return cause
  const { code } = cause
  const advice = sqliteAdvice.find(([prefix]) => code.startsWith(prefix))?.[1]
  return advice === undefined ? cause : coded(advice, path, cause)
}

/** An error of the file system (or of SQLite) about `path` as one of ours; anything else comes back as it is. */
export function fileError(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || cause instanceof EspalierError) return cause
  const advice = fileAdvice.get(String(cause.code))
  return advice === undefined ? sqliteError(path, cause) : coded(advice, path, cause)
}

function coded({ code, what, hint }: Advice, path: string, cause: Error): EspalierError {
  const advice = typeof hint === 'string' ? hint : hint(path)
  return new EspalierError(code, `${what}: ${path} (${cause.message}).`, advice, { cause })
}
