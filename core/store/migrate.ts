// Brings the history file up to date: refuses a newer one, backs an existing one up, applies each migration as a whole.
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Migrator, type Migration } from 'kysely/migration'
import { EspalierError } from '../contract/errors.ts'
import { backupName } from './backups.ts'
import type { Connection } from './connection.ts'
import type { Database } from './database.ts'
import { fileError } from './errors.ts'

export type Migrations = Readonly<Record<string, Migration>>

/** What stands between a history file and this program. `fresh`: nothing was ever applied. */
export interface MigrationState {
  readonly fresh: boolean
  readonly pending: readonly string[]
  readonly unknown: readonly string[]
}

/** Compares the file with the known migrations. */
export function migrationState({ raw }: Connection, migrations: Migrations): MigrationState {
  const table = raw.prepare("select 1 from sqlite_master where name = 'kysely_migration'").get()
  const applied = table === undefined ? [] : raw.prepare('select name from kysely_migration').pluck().all().map(String)
  const known = Object.keys(migrations)
  return {
    fresh: applied.length === 0,
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  }
}

/** @throws EspalierError `store/newer-database` if a newer Espalier has written the file */
export function refuseNewer({ path }: Connection, { unknown }: MigrationState): void {
  if (unknown.length === 0) return
  throw new EspalierError(
    'store/newer-database',
    `${path} was written by a newer Espalier (it has ${unknown.join(', ')}).`,
    'Install the newer Espalier again, or choose another data folder with --home; this one can be opened read-only.',
  )
}

/** @throws EspalierError `store/migration` if the owner has not brought the file up to date yet */
export function refuseOlder({ path }: Connection, { pending }: MigrationState): void {
  if (pending.length === 0) return
  throw new EspalierError(
    'store/migration',
    `${path} is not up to date: ${pending.join(', ')} must be applied first.`,
    'Open the data folder once with this version of Espalier.',
  )
}

/**
 * Applies what is pending. An existing file is first copied to the backups folder; if a migration fails the file is
 * as it was before.
 * @returns the path of the backup, null if none was needed
 * @throws EspalierError `store/newer-database`, `store/migration`, `store/disk-full`
 */
export async function migrate(
  connection: Connection,
  database: Database,
  migrations: Migrations,
  backups: string,
): Promise<string | null> {
  const state = migrationState(connection, migrations)
  refuseNewer(connection, state)
  if (state.pending.length === 0) return null
  const backup = state.fresh ? null : await backUp(connection, backups, state.pending[0])
  const migrator = new Migrator({ db: database, provider: { getMigrations: () => Promise.resolve({ ...migrations }) } })
  const { error, results } = await migrator.migrateToLatest()
  if (error === undefined) return backup
  if (error instanceof EspalierError) throw error
  const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? state.pending.join(', ')
  throw new EspalierError(
    'store/migration',
    `The history could not be brought up to date: ${failed} failed (${error instanceof Error ? error.message : 'unknown reason'}).`,
    `Nothing was changed.${backup === null ? '' : ` A copy is at ${backup}.`} Please report this.`,
    { cause: error },
  )
}

/** A compact, consistent copy of the file, synced to disk before it gets its name. */
async function backUp({ raw }: Connection, backups: string, before: string): Promise<string> {
  const path = join(backups, backupName(before, new Date()))
  const temporary = `${path}.tmp`
  try {
    await mkdir(backups, { recursive: true })
    raw.prepare('vacuum into ?').run(temporary)
    const file = await open(temporary, 'r+')
    try {
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw fileError(path, cause)
  }
  return path
}
