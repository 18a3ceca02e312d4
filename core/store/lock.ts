// One owner of a data folder at a time: an exclusive SQLite lock, which the system drops when the process ends, however.
import { readFile, rm, writeFile } from 'node:fs/promises'
import BetterSqlite from 'better-sqlite3'
import { z } from 'zod'
import { EspalierError } from '../contract/errors.ts'
import { sqliteError } from './errors.ts'
import type { HomePaths } from './home.ts'

/** A held lock. */
export interface InstanceLock {
  release(): Promise<void>
}

const ownerSchema = z.object({ pid: z.int(), since: z.string() })

/**
 * Takes the lock of a data folder. Nothing else may open `lock.db`: closing any handle on it would drop the lock.
 * @throws EspalierError `store/locked` naming the process that holds it, `store/read-only`
 */
export async function lockHome(paths: HomePaths): Promise<InstanceLock> {
  const connection = takeLock(paths.lock)
  if (connection === null) throw await lockedBy(paths)
  const owner = { pid: process.pid, since: new Date().toISOString() }
  await writeFile(paths.owner, JSON.stringify(owner)).catch(() => undefined)
  return {
    release: async () => {
      if (!connection.open) return
      await rm(paths.owner, { force: true }).catch(() => undefined)
      connection.close()
    },
  }
}

function takeLock(path: string): BetterSqlite.Database | null {
  let connection: BetterSqlite.Database | undefined
  try {
    connection = new BetterSqlite(path, { timeout: 0 })
    connection.exec('begin exclusive')
    return connection
  } catch (cause) {
    connection?.close()
    if (cause instanceof BetterSqlite.SqliteError && cause.code.startsWith('SQLITE_BUSY')) return null
    const error = sqliteError(path, cause)
    if (!(error instanceof EspalierError && error.code === 'store/corrupt')) throw error
    throw new EspalierError('store/corrupt', `The lock file is damaged: ${path}.`, 'Delete it: it holds nothing.', {
      cause,
    })
  }
}

async function lockedBy({ home, owner }: HomePaths): Promise<EspalierError> {
  const text = await readFile(owner, 'utf8').catch(() => '')
  const known = ownerSchema.safeParse(parse(text)).data
  const who = known === undefined ? 'Another Espalier' : `Another Espalier (process ${known.pid}, since ${known.since})`
  return new EspalierError(
    'store/locked',
    `${who} is using the data folder ${home}.`,
    'Use that one, close it, or choose another data folder with --home or ESPALIER_HOME.',
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
