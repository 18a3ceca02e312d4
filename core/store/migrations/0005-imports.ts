// Migration 5: models can come from a file, which is kept as it was.
import { sql, type Kysely } from 'kysely'

const statements = [
  sql`alter table models add column source text references artifacts (hash)`,
  sql`create index models_by_source on models (source) where source is not null`,
]

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database)
}
