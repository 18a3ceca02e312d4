// Migration 2: verdicts can hold the artifact of their proof.
import { sql, type Kysely } from 'kysely'

const statements = [
  sql`alter table verdicts add column certificate text references artifacts (hash)`,
  sql`create index verdicts_by_certificate on verdicts (certificate) where certificate is not null`,
]

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database)
}
