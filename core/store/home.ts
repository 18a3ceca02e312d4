// The data folder: where its parts lie, made where missing, and probed by really writing to it.
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { EspalierError } from '../contract/errors.ts'
import { fileError } from './errors.ts'

/** The parts of a data folder, absolute. */
export interface HomePaths {
  readonly home: string
  readonly database: string
  readonly lock: string
  readonly owner: string
  readonly artifacts: string
  readonly temporary: string
  readonly backups: string
}

export function homePaths(home: string): HomePaths {
  const root = resolve(home)
  const artifacts = join(root, 'artifacts')
  return {
    home: root,
    database: join(root, 'history.db'),
    lock: join(root, 'lock.db'),
    owner: join(root, 'owner.json'),
    artifacts,
    temporary: join(artifacts, 'tmp'),
    backups: join(root, 'backups'),
  }
}

/**
 * Makes the folder where missing and writes, syncs and removes a small file in it.
 * @throws EspalierError `store/read-only`, `store/disk-full`
 */
export async function prepareHome({ home, temporary }: HomePaths): Promise<void> {
  const probe = join(home, `.probe-${process.pid}`)
  try {
    await makeFolders(temporary)
    const file = await open(probe, 'w')
    try {
      await file.writeFile(Buffer.alloc(4_096, 1))
      await file.sync()
    } finally {
      await file.close()
      await rm(probe, { force: true })
    }
  } catch (cause) {
    throw homeError(home, cause)
  }
}

/** Makes a chain of folders one by one, for this user alone: Node's own recursive mkdir never returns below /proc. */
async function makeFolders(path: string): Promise<void> {
  const missing: string[] = []
  for (let folder = path; !existsSync(folder); folder = dirname(folder)) missing.unshift(folder)
  for (const folder of missing) await mkdir(folder, { mode: 0o700 }).catch(ignoreExisting)
}

function ignoreExisting(cause: unknown): void {
  if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
}

/** Node answers ENOENT where it may not make a chain of folders on a read-only file system. */
function homeError(home: string, cause: unknown): unknown {
  const error = fileError(home, cause)
  if (!(error instanceof EspalierError && error.code === 'store/missing')) return error
  return new EspalierError(
    'store/read-only',
    `The data folder cannot be made: ${home}.`,
    'Make its parent folder writable, or choose another one with --home or ESPALIER_HOME.',
    { cause },
  )
}

/** Removes what a killed process left half written; only the owner may, before any job runs. */
export async function clearTemporary({ temporary }: HomePaths): Promise<void> {
  for (const name of await readdir(temporary)) await rm(join(temporary, name), { force: true, recursive: true })
}
