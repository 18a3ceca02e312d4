// Opens the SQLite file with the settings the history relies on, every error turned into a coded one.
import BetterSqlite from 'better-sqlite3'
import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { EspalierError } from '../contract/errors.ts'
import { corruptHint } from './backups.ts'
import { sqliteError } from './errors.ts'

/** How long a statement may block this process for another's write, in milliseconds; `writing` waits without blocking. */
const patience = 20

/** An open SQLite file; `path` is for messages. */
export interface Connection {
  readonly path: string
  readonly raw: BetterSqlite.Database
}

/**
 * Opens for reading and writing: write-ahead log, every commit synced to disk, foreign keys on. A missing file is
 * created if `create` is set.
 * @throws EspalierError `store/*`
 */
export function openForWriting(path: string, create: boolean): Connection {
  return guarded(path, () => {
    const raw = new BetterSqlite(path, { timeout: patience, fileMustExist: !create })
    try {
      raw.pragma('journal_mode = wal')
      raw.pragma('synchronous = full')
      raw.pragma('foreign_keys = on')
      probeWriting(raw)
    } catch (cause) {
      raw.close()
      throw cause
    }
    return { path, raw }
  })
}

/** Fails where the file cannot be written. That another process is writing is as good an answer. */
function probeWriting(raw: BetterSqlite.Database): void {
  try {
    raw.exec('begin immediate; rollback')
  } catch (cause) {
    if (!(cause instanceof BetterSqlite.SqliteError && cause.code.startsWith('SQLITE_BUSY'))) throw cause
  }
}

/** Opens `file` for reading only. @param path what messages call it @throws EspalierError `store/*` */
export function openForReading(file: string, path = file): Connection {
  return guarded(path, () => {
    const raw = new BetterSqlite(file, { timeout: patience, readonly: true, fileMustExist: true })
    try {
      raw.prepare('select count(*) from sqlite_master').get()
    } catch (cause) {
      raw.close()
      throw cause
    }
    return { path, raw }
  })
}

/** Looks through the whole file for damage to its pages (values were checked when written). @throws EspalierError `store/corrupt` */
export function checkIntegrity({ path, raw }: Connection): void {
  const finding = guarded(path, () => {
    raw.pragma('ignore_check_constraints = on')
    const answer = raw.pragma('quick_check(1)', { simple: true })
    raw.pragma('ignore_check_constraints = off')
    return answer
  })
  if (finding === 'ok') return
  throw new EspalierError(
    'store/corrupt',
    `The history file is damaged: ${path} (${String(finding)}).`,
    corruptHint(path),
  )
}

/** What Kysely needs of the connection, with coded errors. */
export function codedDatabase({ path, raw }: Connection): SqliteDatabase {
  return {
    close: () => {
      raw.close()
    },
    prepare: (text) => guarded(path, () => codedStatement(path, raw.prepare(text))),
  }
}

function codedStatement(path: string, statement: BetterSqlite.Statement): SqliteStatement {
  return {
    reader: statement.reader,
    all: (parameters) => guarded(path, () => statement.all(...parameters)),
    run: (parameters) => guarded(path, () => statement.run(...parameters)),
    iterate: (parameters) => guarded(path, () => statement.iterate(...parameters)),
  }
}

function guarded<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw sqliteError(path, cause)
  }
}
