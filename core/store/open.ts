// Opens a history in one of its three roles: lock, integrity check, migration, then the repositories.
import { existsSync } from 'node:fs'
import { EspalierError } from '../contract/errors.ts'
import { ArtifactStore } from './artifacts.ts'
import { checkIntegrity, codedDatabase, openForWriting, type Connection } from './connection.ts'
import { queryBuilder, type Database } from './database.ts'
import { clearTemporary, homePaths, prepareHome, type HomePaths } from './home.ts'
import { lockHome } from './lock.ts'
import { migrate, migrationState, refuseNewer, refuseOlder, type Migrations } from './migrate.ts'
import { migrations as known } from './migrations/registry.ts'
import { CheckpointRepository } from './repositories/checkpoints.ts'
import { DatasetRepository } from './repositories/datasets.ts'
import { JobRepository } from './repositories/jobs.ts'
import { MetricRepository } from './repositories/metrics.ts'
import { ModelRepository } from './repositories/models.ts'
import { RunRepository } from './repositories/runs.ts'
import { SettingRepository } from './repositories/settings.ts'
import { VerdictRepository } from './repositories/verdicts.ts'
import { openReading } from './snapshot.ts'
import type { Store, StoreOptions, StoreRole } from './store.ts'

/**
 * Opens the history in the folder `home`. The owner (default) makes what is missing; a job or reader needs an existing
 * history.
 * @param migrations other than this version's own, for tests
 * @throws EspalierError `store/locked`, `store/newer-database`, `store/read-only`, `store/disk-full`, `store/corrupt`,
 *   `store/migration`, `store/missing`
 */
export async function openStore(
  home: string,
  options: StoreOptions = {},
  migrations: Migrations = known,
): Promise<Store> {
  const paths = homePaths(home)
  const role = options.readOnly === true ? 'reader' : (options.role ?? 'owner')
  switch (role) {
    case 'owner':
      return openAsOwner(paths, migrations)
    case 'job':
      return openAsJob(paths, migrations)
    case 'reader':
      return openAsReader(paths, migrations)
    default:
      return role satisfies never
  }
}

async function openAsOwner(paths: HomePaths, migrations: Migrations): Promise<Store> {
  await prepareHome(paths)
  const lock = await lockHome(paths)
  try {
    const connection = openForWriting(paths.database, true)
    const database = queryBuilder(codedDatabase(connection))
    try {
      checkIntegrity(connection)
      await migrate(connection, database, migrations, paths.backups)
      await clearTemporary(paths)
      return assemble(paths, 'owner', connection, database, () => lock.release())
    } catch (cause) {
      connection.raw.close()
      throw cause
    }
  } catch (cause) {
    await lock.release()
    throw cause
  }
}

function openAsJob(paths: HomePaths, migrations: Migrations): Store {
  requireHistory(paths)
  const connection = openForWriting(paths.database, false)
  try {
    const state = migrationState(connection, migrations)
    refuseNewer(connection, state)
    refuseOlder(connection, state)
  } catch (cause) {
    connection.raw.close()
    throw cause
  }
  return assemble(paths, 'job', connection, queryBuilder(codedDatabase(connection)), () => Promise.resolve())
}

async function openAsReader(paths: HomePaths, migrations: Migrations): Promise<Store> {
  requireHistory(paths)
  const reading = await openReading(paths.database)
  const { connection } = reading
  try {
    refuseOlder(connection, migrationState(connection, migrations))
  } catch (cause) {
    connection.raw.close()
    await reading.cleanUp()
    throw cause
  }
  return assemble(paths, 'reader', connection, queryBuilder(codedDatabase(connection)), () => reading.cleanUp())
}

function requireHistory({ home, database }: HomePaths): void {
  if (existsSync(database)) return
  throw new EspalierError(
    'store/missing',
    `${home} holds no history.`,
    'Give the data folder that Espalier works in, or open it once for writing.',
  )
}

function assemble(
  paths: HomePaths,
  role: StoreRole,
  connection: Connection,
  database: Database,
  afterClose: () => Promise<void>,
): Store {
  return {
    home: paths.home,
    role,
    datasets: new DatasetRepository(database),
    models: new ModelRepository(database),
    jobs: new JobRepository(database),
    runs: new RunRepository(database),
    metrics: new MetricRepository(database),
    verdicts: new VerdictRepository(database),
    checkpoints: new CheckpointRepository(database),
    settings: new SettingRepository(database),
    artifacts: new ArtifactStore(database, paths.artifacts),
    close: async () => {
      if (!connection.raw.open) return
      await database.destroy()
      connection.raw.close()
      await afterClose()
    },
  }
}
