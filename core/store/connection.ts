// Opens the SQLite file with the settings the history relies on, every error turned into a coded one.
import BetterSqlite from 'better-sqlite3'
import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { EspalierError } from '../contract/errors.ts'
import { sqliteError } from './errors.ts'

/** How long a statement waits for another process's write, in milliseconds. */
const patience = 15_000

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
      raw.exec('begin immediate; rollback')
    } catch (cause) {
      raw.close()
      throw cause
    }
    return { path, raw }
  })
}

/** Opens for reading only. @throws EspalierError `store/*` */
export function openForReading(path: string): Connection {
  return guarded(path, () => {
    const raw = new BetterSqlite(path, { timeout: patience, readonly: true, fileMustExist: true })
    try {
      raw.prepare('select count(*) from sqlite_master').get()
    } catch (cause) {
      raw.close()
      throw cause
    }
    return { path, raw }
  })
}

/** Looks through the whole file for damage. @throws EspalierError `store/corrupt` */
export function checkIntegrity({ path, raw }: Connection): void {
  const finding = guarded(path, () => raw.pragma('quick_check(1)', { simple: true }))
  if (finding === 'ok') return
  throw new EspalierError(
    'store/corrupt',
    `The history file is damaged: ${path} (${String(finding)}).`,
    'Restore history.db from the backups folder beside it, or move it away to begin a new history.',
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
