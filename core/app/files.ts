// The files that people gave the app: handles to them, the recent ones remembered; a window never learns how to name others.
import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { EspalierError } from '../contract/errors.ts'
import { fileEndings, fileHandleSchema, fileKindSchema, type FileHandle, type FileKind } from '../contract/files.ts'
import { fileError } from '../store/errors.ts'
import type { Store } from '../store/store.ts'

/** Largest upload, in bytes: a network may be as large as the importer reads. */
export const uploadLimit = 2 ** 31
const remembered = 12
const settingKey = 'files.recent'

const entrySchema = fileHandleSchema.extend({ path: z.string(), uploaded: z.boolean() })
type Entry = z.infer<typeof entrySchema>

export class FileDesk {
  readonly #store: Pick<Store, 'home' | 'settings'>
  readonly #entries = new Map<string, Entry>()
  readonly #folders = new Map<string, Entry>()
  /** Ids of those that are not to be listed again. */
  readonly #forgotten = new Set<string>()
  #loaded: Promise<void> | null = null

  constructor(store: Pick<Store, 'home' | 'settings'>) {
    this.#store = store
  }

  /**
   * A handle to a file on this computer that a person chose.
   * @param path from a dialog, a drop or the system: never from a page
   * @throws EspalierError 'files/kind', 'input/not-found'
   */
  async add(path: string): Promise<FileHandle> {
    return this.#remember(path, basename(path), false)
  }

  /**
   * A handle to a folder of data that a person chose; it holds until the core ends, and is no recent file.
   * @param path from a dialog of the system: never from a page
   * @throws EspalierError 'input/not-found'
   */
  async addFolder(path: string): Promise<FileHandle> {
    await this.#load()
    const found = await stat(path).catch(() => null)
    if (found?.isDirectory() !== true)
      throw new EspalierError(
        'input/not-found',
        `There is no folder ${path}.`,
        'Check that it was not moved or deleted.',
      )
    const times = { bytes: 0, at: new Date().toISOString() }
    const entry: Entry = { id: newId(), name: basename(path), kind: 'data', ...times, path, uploaded: false }
    this.#folders.set(entry.id, entry)
    return handleOf(entry)
  }

  /**
   * Keeps what a browser sends, because it does not say where its files lie.
   * @throws EspalierError 'files/kind', 'data/too-large', 'store/disk-full', 'store/read-only'
   */
  async receive(name: string, content: AsyncIterable<Uint8Array>): Promise<FileHandle> {
    kindOf(name)
    const folder = join(this.#store.home, 'uploads', newId())
    const path = join(folder, fileName(name))
    try {
      await mkdir(folder, { recursive: true })
      await pipeline(limited(content, name), createWriteStream(path, { flags: 'wx' }))
    } catch (cause) {
      await rm(folder, { recursive: true, force: true })
      throw cause instanceof EspalierError ? cause : fileError(path, cause)
    }
    return this.#remember(path, name, true)
  }

  /** Those that are still there, the newest first. */
  async list(): Promise<FileHandle[]> {
    await this.#load()
    const newest = this.#recent().reverse()
    const there = await Promise.all(newest.map(({ path }) => isFile(path)))
    return newest.filter((_, i) => there[i]).map(handleOf)
  }

  /** No file is a recent one any more; handles that windows hold work on until the core ends. */
  async forget(): Promise<void> {
    await this.#load()
    for (const id of this.#entries.keys()) this.#forgotten.add(id)
    await this.#write()
  }

  /** @throws EspalierError 'files/handle' where nobody was given that handle, 'files/kind' for another kind of file */
  async open(id: string, kind: FileKind): Promise<{ readonly path: string; readonly name: string }> {
    await this.#load()
    const entry = this.#entries.get(id) ?? this.#folders.get(id)
    if (entry === undefined) {
      throw new EspalierError('files/handle', 'No file goes by that handle.', 'Open the file again.')
    }
    if (entry.kind === kind) return { path: entry.path, name: entry.name }
    throw new EspalierError(
      'files/kind',
      `${entry.name} is no ${kind} file.`,
      `Give one of ${fileEndings[kind].join(', ')}.`,
    )
  }

  async #remember(path: string, name: string, uploaded: boolean): Promise<FileHandle> {
    const kind = kindOf(name)
    await this.#load()
    const found = await stat(path).catch(() => null)
    if (found?.isFile() !== true)
      throw new EspalierError('input/not-found', `There is no file ${path}.`, 'Check that it was not moved or deleted.')
    const before = [...this.#entries.values()].find((entry) => entry.path === path)
    const id = before?.id ?? newId()
    const entry: Entry = { id, name, kind, bytes: found.size, at: new Date().toISOString(), path, uploaded }
    this.#entries.delete(id)
    this.#entries.set(id, entry)
    this.#forgotten.delete(id)
    await this.#write()
    return handleOf(entry)
  }

  /** Only the newest are remembered; uploads that were copied into the history or not used then go, data stays. */
  async #write(): Promise<void> {
    const all = [...this.#entries.values()]
    for (const { id, path, uploaded, kind } of all.slice(0, -remembered)) {
      if (!uploaded) continue
      if (kind === 'data') continue
      this.#entries.delete(id)
      await rm(dirname(path), { recursive: true, force: true })
    }
    // A history opened for reading remembers nothing: the handles of this session still work.
    await this.#store.settings.set(settingKey, this.#recent()).catch(() => undefined)
  }

  /** The oldest first. */
  #recent(): Entry[] {
    return [...this.#entries.values()].filter(({ id }) => !this.#forgotten.has(id)).slice(-remembered)
  }

  #load(): Promise<void> {
    this.#loaded ??= this.#store.settings.get(settingKey).then((value) => {
      const stored = z.array(entrySchema).safeParse(value)
      for (const entry of stored.success ? stored.data : []) this.#entries.set(entry.id, entry)
    })
    return this.#loaded
  }
}

/** @throws EspalierError 'files/kind' where the name ends like none that is read */
export function kindOf(name: string): FileKind {
  const lower = name.toLowerCase()
  const kind = fileKindSchema.options.find((one) => fileEndings[one].some((ending) => lower.endsWith(ending)))
  if (kind !== undefined) return kind
  const known = fileKindSchema.options.flatMap((one) => fileEndings[one]).join(', ')
  throw new EspalierError('files/kind', `${name} is no file that is read here.`, `Give one of ${known}.`)
}

function handleOf({ id, name, kind, bytes, at }: Entry): FileHandle {
  return { id, name, kind, bytes, at }
}

const newId = (): string => randomBytes(24).toString('base64url')

/** A name that can lie in a folder of any system, ending as the given one does. */
function fileName(name: string): string {
  const plain = basename(name.replaceAll('\\', '/')).replace(/[^\w.-]/g, '_')
  return plain.slice(-120).replace(/^\.+/, '_')
}

async function* limited(content: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of content) {
    bytes += chunk.length
    if (bytes > uploadLimit)
      throw new EspalierError(
        'data/too-large',
        `${name} is over ${uploadLimit} bytes.`,
        'Open it from a folder instead.',
      )
    yield chunk
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() === true
}
