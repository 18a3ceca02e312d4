// Migration 3: an order of the queue that people can change, and indexes for histories of ten thousand runs.
import { sql, type Kysely } from 'kysely'

const statements = [
  sql`alter table jobs add column queue_rank real not null default 0`,
  sql`drop index jobs_by_state`,
  sql`create index jobs_by_state on jobs (state, queue_rank, created_at, id)`,
  sql`create index jobs_by_name on jobs (name)`,
  sql`drop index runs_by_time`,
  sql`create index runs_by_time on runs (created_at desc, job_id, position)`,
  sql`drop index runs_by_state`,
  sql`create index runs_by_state on runs (state, created_at desc, job_id, position)`,
]

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database)
}
