// Every migration in order. Append only: a published migration never changes, a mistake is mended by a further one.
import type { Migration } from 'kysely/migration'
import * as history from './0001-history.ts'
import * as certificates from './0002-certificates.ts'
import * as largeHistories from './0003-large-histories.ts'
import * as searches from './0004-searches.ts'
import * as imports from './0005-imports.ts'
import * as failedRuns from './0006-failed-runs.ts'

/** Names sort in order; the history file records which have been applied. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-history': history,
  '0002-certificates': certificates,
  '0003-large-histories': largeHistories,
  '0004-searches': searches,
  '0005-imports': imports,
  '0006-failed-runs': failedRuns,
}
