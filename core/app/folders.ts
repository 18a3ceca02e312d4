// The folders of this computer, listed for a page that has no dialog of the system: names and what they look like, nothing else.
import { constants, type Dirent } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { EspalierError } from '../contract/errors.ts'
import { fileEndings } from '../contract/files.ts'
import type { FolderEntry, FolderListing } from '../contract/folders.ts'
import { firstEntries, glance } from '../data/glance.ts'

/** Entries that are read of a folder, and that are listed. */
const [mostRead, mostListed] = [20_000, 1_000]
/** Milliseconds: a folder that does not answer (a drive of the network) is given up; looks that are not done by then are left out. */
const [listPatience, lookPatience] = [8_000, 1_500]
const lookedAtOnce = 8

/**
 * @param path absolute; null: the home folder
 * @throws EspalierError 'input/not-found', 'input/unreadable'
 */
export async function listFolders(path: string | null): Promise<FolderListing> {
  const given = path ?? homedir()
  if (!isAbsolute(given))
    throw new EspalierError('input/not-found', `${given} is no full path.`, 'Give the path from the root or the drive.')
  const folder = resolve(given)
  const entries = await within(listPatience, firstEntries(folder, mostRead)).catch((cause: unknown) => {
    throw folderError(folder, cause)
  })
  if (entries === null) throw folderError(folder, new Error(`no answer for ${listPatience / 1000} seconds`))
  const found = (await Promise.all(entries.map((entry) => place(folder, entry)))).filter((one) => one !== null)
  const sorted = found.sort((a, b) => Number(b.folder) - Number(a.folder) || byName(a.name, b.name))
  const listed = await Promise.all(sorted.slice(0, mostListed).map(withRights))
  const looks = await lookAt([folder, ...listed.filter(({ readable }) => readable).map((one) => one.path)])
  return {
    path: folder,
    above: foldersAbove(folder),
    places: await places(),
    looks: looks.get(folder) ?? null,
    entries: listed.map((one) => ({ ...one, looks: looks.get(one.path) ?? null })),
    more: sorted.length > listed.length || entries.length >= mostRead,
  }
}

const byName = new Intl.Collator('en', { numeric: true }).compare

/** A folder, or a file that may be a data set; links followed. Null for everything else, and for links to nowhere. */
async function place(folder: string, entry: Dirent): Promise<FolderEntry | null> {
  const { name } = entry
  if (/^(\.|__|\$)/.test(name)) return null
  const path = join(folder, name)
  const kind = entry.isSymbolicLink() ? await stat(path).catch(() => null) : entry
  const isFolder = kind?.isDirectory() ?? false
  const isData = (kind?.isFile() ?? false) && fileEndings.data.some((ending) => name.toLowerCase().endsWith(ending))
  if (!isFolder && !isData) return null
  return { name, path, folder: isFolder, readable: true, looks: null }
}

async function withRights(entry: FolderEntry): Promise<FolderEntry> {
  const needed = entry.folder ? constants.R_OK | constants.X_OK : constants.R_OK
  const refused = await access(entry.path, needed).then(
    () => false,
    () => true,
  )
  return refused ? { ...entry, readable: false } : entry
}

/** What these places look like, as many as can be looked at in time. */
async function lookAt(paths: readonly string[]): Promise<ReadonlyMap<string, FolderEntry['looks']>> {
  const found = new Map<string, FolderEntry['looks']>()
  const waiting = paths.values()
  let late = false
  const look = async (): Promise<void> => {
    for (const path of waiting) {
      if (late) return
      found.set(path, await glance(path))
    }
  }
  await within(lookPatience, Promise.all(Array.from({ length: lookedAtOnce }, look)))
  late = true
  return new Map(found)
}

function foldersAbove(folder: string): FolderListing['above'] {
  const parent = dirname(folder)
  if (parent === folder) return []
  return [...foldersAbove(parent), { name: basename(parent) || parent, path: parent }]
}

/** Home, and the drives: the root lies above everything else. */
async function places(): Promise<FolderListing['places']> {
  const home = { name: 'Home', path: homedir() }
  if (process.platform !== 'win32') return [home]
  const drives = Array.from({ length: 26 }, (_, i) => `${String.fromCharCode(65 + i)}:\\`)
  const there = await Promise.all(drives.map((drive) => within(500, stat(drive)).catch(() => null)))
  return [home, ...drives.filter((_, i) => there[i] !== null).map((drive) => ({ name: drive, path: drive }))]
}

/** Null where `work` takes longer. @throws what `work` throws in time */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((done) => (timer = setTimeout(() => done(null), milliseconds)))
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function folderError(path: string, cause: unknown): EspalierError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (code === 'ENOENT')
    return new EspalierError('input/not-found', `There is no folder ${path}.`, 'Choose another folder.', { cause })
  const why: Readonly<Record<string, string>> = {
    ENOTDIR: `${path} is no folder.`,
    EACCES: `You may not look into ${path}.`,
    EPERM: `You may not look into ${path}.`,
  }
  const said = cause instanceof Error ? cause.message : String(cause)
  return new EspalierError(
    'input/unreadable',
    why[code] ?? `${path} cannot be read: ${said}.`,
    'Choose another folder.',
    {
      cause,
    },
  )
}
