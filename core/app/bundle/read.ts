// Reading a bundle that somebody else may have made: nothing is unpacked to disk, sizes are limited, hashes are compared.
import { lstat, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openPromise, type Entry, type ZipFile } from 'yauzl'
import { EspalierError } from '../../contract/errors.ts'
import { inputError } from '../../data/files.ts'
import { mostUnpacked } from '../../io/file.ts'
import { altered, unreadable } from './failure.ts'
import { sha256 } from './make.ts'
import { bundleFiles, manifestSchema, type Manifest } from './manifest.ts'

/** Of one file, and of the manifest. */
const largestFile = 2 ** 30
const largestManifest = 2 ** 26

/** Where files come from. `read` gives at most `most` bytes. */
interface Source {
  /** Names of all files; null for a folder, where other files may lie about. */
  readonly names: ReadonlySet<string> | null
  read(name: string, most: number): Promise<Uint8Array>
  close(): void
}

export interface OpenBundle {
  readonly manifest: Manifest
  /** The content of a file of the manifest, its size and hash compared. */
  readonly read: (name: string) => Promise<Buffer>
}

/** Whether a path is a folder or an archive rather than a certificate. @throws EspalierError 'input/*' */
export async function isBundle(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
      return bytesRead === 4 && buffer.toString('latin1') === 'PK\x03\x04'
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw inputError(path, cause)
  }
}

/** Calls `use` with a bundle while it is open. @throws EspalierError 'bundle/corrupt', 'bundle/altered', 'input/*' */
export async function withBundle<T>(path: string, use: (bundle: OpenBundle) => Promise<T>): Promise<T> {
  const source = (await stat(path)).isDirectory() ? folderSource(path) : await archiveSource(path)
  try {
    const manifest = parseManifest(path, await source.read(bundleFiles.manifest, largestManifest))
    const files = new Map(manifest.files.map((file) => [file.name, file]))
    requireSameNames(path, source, files)
    return await use({
      manifest,
      async read(name) {
        const file = files.get(name)
        if (file === undefined) throw altered(`${name} is missing from the manifest`)
        if (file.bytes > largestFile) throw unreadable(path, `${name} claims ${file.bytes} bytes`)
        const content = await source.read(name, file.bytes)
        if (content.length !== file.bytes || sha256(content) !== file.sha256)
          throw altered(`${name} is not the file that the manifest names`)
        return Buffer.from(content)
      },
    })
  } finally {
    source.close()
  }
}

function parseManifest(path: string, content: Uint8Array): Manifest {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(content).toString('utf8'))
  } catch (cause) {
    throw unreadable(path, 'its manifest is no JSON', cause)
  }
  const parsed = manifestSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues.at(0)
  throw unreadable(path, `its manifest: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`)
}

function requireSameNames(path: string, { names }: Source, files: ReadonlyMap<string, unknown>): void {
  if (names === null) return
  for (const name of names)
    if (name !== bundleFiles.manifest && !files.has(name))
      throw altered(`${name} is in ${path} and not in the manifest`)
  for (const name of files.keys()) if (!names.has(name)) throw altered(`${name} is missing from ${path}`)
}

function folderSource(folder: string): Source {
  return {
    names: null,
    async read(name, most) {
      const path = join(folder, name)
      try {
        const { size } = await ordinary(folder, name)
        if (size > most) throw altered(`${name} has ${size} bytes`)
        const file = await open(path)
        try {
          return await file.readFile()
        } finally {
          await file.close()
        }
      } catch (cause) {
        if (cause instanceof EspalierError) throw cause
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw unreadable(folder, `${name} is missing`, cause)
        throw inputError(path, cause)
      }
    },
    close: () => undefined,
  }
}

/** A plain file in plain folders: a link could lead out of the bundle. */
async function ordinary(folder: string, name: string): Promise<{ readonly size: number }> {
  const parts = name.split('/')
  for (let depth = 1; depth < parts.length; depth++)
    if (!(await lstat(join(folder, ...parts.slice(0, depth)))).isDirectory())
      throw unreadable(folder, `${name} is a link`)
  const info = await lstat(join(folder, name))
  if (!info.isFile()) throw unreadable(folder, `${name} is no plain file`)
  return info
}

async function archiveSource(path: string): Promise<Source> {
  let zip: ZipFile | null = null
  try {
    // Strict names: absolute ones, and steps upwards, are refused by the library.
    zip = await openPromise(path, { lazyEntries: true, autoClose: false, strictFileNames: true })
    const entries = new Map<string, Entry>()
    let left = mostUnpacked(zip.fileSize)
    for await (const entry of zip.eachEntry()) {
      if (entries.has(entry.fileName)) throw unreadable(path, `it holds ${entry.fileName} twice`)
      left -= entry.uncompressedSize
      if (left < 0) throw unreadable(path, 'it would unpack to far more than a bundle holds')
      entries.set(entry.fileName, entry)
    }
    const opened = zip
    return {
      names: new Set(entries.keys()),
      read: (name, most) => readEntry(path, opened, entries.get(name), name, most),
      close: () => opened.close(),
    }
  } catch (cause) {
    zip?.close()
    throw zipError(path, cause)
  }
}

async function readEntry(
  path: string,
  zip: ZipFile,
  entry: Entry | undefined,
  name: string,
  most: number,
): Promise<Uint8Array> {
  if (entry === undefined) throw unreadable(path, `${name} is missing`)
  if (entry.uncompressedSize > most) throw altered(`${name} has ${entry.uncompressedSize} bytes`)
  const parts: Uint8Array[] = []
  try {
    // The stream fails where it gives another number of bytes than the entry claims.
    for await (const part of await zip.openReadStreamPromise(entry)) parts.push(part as Uint8Array)
  } catch (cause) {
    throw zipError(path, cause)
  }
  return Buffer.concat(parts)
}

function zipError(path: string, cause: unknown): EspalierError {
  if (cause instanceof EspalierError) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (code !== '' && !code.startsWith('Z_')) return inputError(path, cause)
  return unreadable(path, cause instanceof Error ? cause.message : String(cause), cause)
}
