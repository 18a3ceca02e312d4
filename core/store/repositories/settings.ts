// Settings: small JSON values by name.
import { decode } from '../codec.ts'
import { writing, type Database } from '../database.ts'

export class SettingRepository {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The value as it was set, unchecked; undefined where it never was. */
  async get(key: string): Promise<unknown> {
    const query = this.#database.selectFrom('settings').select('valueJson').where('key', '=', key)
    const row = await query.executeTakeFirst()
    return row === undefined ? undefined : decode(row.valueJson)
  }

  /** Sets a value that JSON can hold; undefined removes it. */
  async set(key: string, value: unknown): Promise<void> {
    await writing(this.#database, async (connection) => {
      if (value === undefined) {
        await connection.deleteFrom('settings').where('key', '=', key).execute()
        return
      }
      const valueJson = JSON.stringify(value)
      await connection
        .insertInto('settings')
        .values({ key, valueJson })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ valueJson }))
        .execute()
    })
  }

  async all(): Promise<Record<string, unknown>> {
    const rows = await this.#database.selectFrom('settings').selectAll().orderBy('key').execute()
    return Object.fromEntries(rows.map((row) => [row.key, decode(row.valueJson)]))
  }
}
