// Content-hashed files beside the database: written to a temporary file, fsynced, renamed, recorded; verified on read.
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sql } from 'kysely'
import { EspalierError } from '../contract/errors.ts'
import { writing, type Database } from './database.ts'
import { fileError } from './errors.ts'
import type { ArtifactTable } from './schema.ts'

export type ArtifactRow = Readonly<ArtifactTable>

export class ArtifactStore {
  readonly #database: Database
  readonly #folder: string

  /** @param folder `home/artifacts` */
  constructor(database: Database, folder: string) {
    this.#database = database
    this.#folder = folder
  }

  /**
   * Keeps bytes; once this returns they are on disk. The same bytes twice are one artifact.
   * @returns their SHA-256 in hex
   * @throws EspalierError `store/disk-full`, `store/read-only`
   */
  async put(bytes: Uint8Array, mediaType: string): Promise<string> {
    const hash = sha256(bytes)
    const path = this.#path(hash)
    const temporary = join(this.#folder, 'tmp', randomUUID())
    try {
      await mkdir(dirname(temporary), { recursive: true })
      await writeDurably(temporary, bytes)
      await mkdir(dirname(path), { recursive: true })
      await writing(this.#database, async (connection) => {
        await rename(temporary, path)
        await syncFolder(dirname(path))
        const row = { hash, mediaType, size: bytes.length, createdAt: new Date().toISOString() }
        await connection
          .insertInto('artifacts')
          .values(row)
          .onConflict((conflict) => conflict.doNothing())
          .execute()
      })
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => undefined)
      throw fileError(path, cause)
    }
    return hash
  }

  /** The bytes, verified, in a buffer of their own. @throws EspalierError `store/missing`, `store/corrupt` */
  async get(hash: string): Promise<Uint8Array> {
    const path = this.#path(hash)
    const bytes = await readFile(path).catch((cause: unknown) => {
      throw fileError(path, cause)
    })
    if (sha256(bytes) === hash) return new Uint8Array(bytes)
    throw new EspalierError(
      'store/corrupt',
      `${path} was changed after it was stored: its content no longer has the hash ${hash.slice(0, 12)}….`,
      'Make the result again; Espalier keeps no second copy of this file.',
    )
  }

  /** Where the bytes lie, for a process that reads them itself; verified. @throws EspalierError `store/missing`, `store/corrupt` */
  async locate(hash: string): Promise<string> {
    await this.get(hash)
    return this.#path(hash)
  }

  /** What is recorded of an artifact, null if there is none of that hash. */
  async info(hash: string): Promise<ArtifactRow | null> {
    const query = this.#database.selectFrom('artifacts').selectAll().where('hash', '=', hash)
    return (await query.executeTakeFirst()) ?? null
  }

  /** Deletes an artifact unless a model, verdict or checkpoint refers to it. @returns whether it is gone */
  async release(hash: string): Promise<boolean> {
    return writing(this.#database, async (connection) => {
      if (await isUsed(connection, hash)) return false
      await connection.deleteFrom('artifacts').where('hash', '=', hash).execute()
      await rm(this.#path(hash), { force: true })
      return true
    })
  }

  #path(hash: string): string {
    if (/^[0-9a-f]{64}$/.test(hash)) return join(this.#folder, hash.slice(0, 2), hash.slice(2))
    throw new EspalierError('store/missing', `"${hash}" is not the hash of an artifact.`, 'Give 64 hexadecimal digits.')
  }
}

async function isUsed(connection: Database, hash: string): Promise<boolean> {
  const result = await sql<{ used: number }>`select
    exists (select 1 from models where artifact = ${hash} or source = ${hash})
    or exists (select 1 from checkpoints where artifact = ${hash})
    or exists (select 1 from verdicts where counterexample = ${hash})
    or exists (select 1 from verdicts where certificate = ${hash})
    or exists (select 1 from verdicts where search = ${hash}) as used`.execute(connection)
  return result.rows.some((row) => row.used !== 0)
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes a rename durable. Windows cannot sync a folder and does not need to. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
