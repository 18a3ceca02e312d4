// The typed query builder over the SQLite file, and transactions that take the write lock at once.
import { setTimeout } from 'node:timers/promises'
import { CamelCasePlugin, Kysely, SqliteAdapter, SqliteDialect, sql, type SqliteDatabase } from 'kysely'
import { EspalierError } from '../contract/errors.ts'
import type { Tables } from './schema.ts'

export type Database = Kysely<Tables>

/** SQLite rolls schema changes back like any other: a migration happens as a whole or not at all. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

class TransactionalDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter()
  }
}

/** Kysely on an open SQLite connection, which closes with it. */
export function queryBuilder(connection: SqliteDatabase): Database {
  return new Kysely<Tables>({
    dialect: new TransactionalDialect({ database: connection }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
}

/** How long a write waits for another process's, in milliseconds. */
const patience = 30_000

/**
 * Runs `work` in a transaction that holds the write lock from the start, so that what it reads is still true when it
 * writes, whatever other processes do. Every write goes through here: waiting for the lock must not block the process.
 * @throws EspalierError `store/locked` if another process holds the lock for too long
 */
export function writing<T>(database: Database, work: (connection: Database) => Promise<T>): Promise<T> {
  return database.connection().execute(async (connection) => {
    await begin(connection)
    try {
      const result = await work(connection)
      await sql`commit`.execute(connection)
      return result
    } catch (cause) {
      await sql`rollback`.execute(connection).catch(() => undefined)
      throw cause
    }
  })
}

async function begin(connection: Database): Promise<void> {
  const deadline = performance.now() + patience
  for (;;) {
    try {
      await sql`begin immediate`.execute(connection)
      return
    } catch (cause) {
      const locked = cause instanceof EspalierError && cause.code === 'store/locked'
      if (!locked || performance.now() > deadline) throw cause
      await setTimeout(2 + 8 * Math.random())
    }
  }
}
