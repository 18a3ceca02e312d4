// Migration 4: verdicts can hold the artifact that tells how their search went; what the curves held of it goes.
import { sql, type Kysely } from 'kysely'

const statements = [
  sql`alter table verdicts add column search text references artifacts (hash)`,
  sql`create index verdicts_by_search on verdicts (search) where search is not null`,
  sql`delete from metrics where series like 'bound.%'`,
]

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database)
}
