// Reads a history whose folder cannot be written: SQLite needs to write beside a file in WAL mode, so it gets a copy.
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { EspalierError } from '../contract/errors.ts'
import { openForReading, type Connection } from './connection.ts'
import { fileError } from './errors.ts'

/** A connection for reading and what to do after it is closed. */
export interface ReadingConnection {
  readonly connection: Connection
  cleanUp(): Promise<void>
}

/** Opens the file itself where possible, else a private copy in the temporary folder. @throws EspalierError `store/*` */
export async function openReading(path: string): Promise<ReadingConnection> {
  try {
    return { connection: openForReading(path), cleanUp: () => Promise.resolve() }
  } catch (cause) {
    if (!(cause instanceof EspalierError && cause.code === 'store/read-only')) throw cause
    return openCopy(path)
  }
}

async function openCopy(path: string): Promise<ReadingConnection> {
  const folder = await mkdtemp(join(tmpdir(), 'espalier-snapshot-'))
  const cleanUp = (): Promise<void> => rm(folder, { recursive: true, force: true })
  const copy = join(folder, basename(path))
  try {
    await copyFile(path, copy)
    await copyFile(`${path}-wal`, `${copy}-wal`).catch(ignoreMissing)
    return { connection: openForReading(copy, path), cleanUp }
  } catch (cause) {
    await cleanUp()
    throw fileError(path, cause)
  }
}

function ignoreMissing(cause: unknown): void {
  if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause
}
