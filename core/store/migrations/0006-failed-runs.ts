// Migration 6: runs of jobs that failed before their turn came were left waiting for ever; they failed with their job.
import { sql, type Kysely } from 'kysely'

const failed = sql`update runs set
  state = 'failed',
  error_json = (select jobs.error_json from jobs where jobs.id = runs.job_id),
  finished_at = (select jobs.finished_at from jobs where jobs.id = runs.job_id)
  where state = 'waiting' and (select jobs.state from jobs where jobs.id = runs.job_id) = 'failed'`

export async function up(database: Kysely<unknown>): Promise<void> {
  await failed.execute(database)
}
