// The typed query builder over the SQLite file, and transactions that take the write lock at once.
import { CamelCasePlugin, Kysely, SqliteAdapter, SqliteDialect, sql, type SqliteDatabase } from 'kysely'
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

/**
 * Runs `work` in a transaction that holds the write lock from its first statement, so that what it reads is still true
 * when it writes, whatever other processes do.
 */
export function writing<T>(database: Database, work: (connection: Database) => Promise<T>): Promise<T> {
  return database.connection().execute(async (connection) => {
    await sql`begin immediate`.execute(connection)
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
