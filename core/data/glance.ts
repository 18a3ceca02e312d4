// What a folder or file looks like at a glance: by its first entries and bytes, never by all of them; for people who look for their images.
import type { Dirent } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { splitOfWord } from './folder.ts'
import { imageEnding } from './images/decode.ts'
import { datasetFormats } from './open.ts'
import type { DataKind } from './source.ts'

/** A folder with more entries than this is none of the few files that the other formats have. */
const mostEntries = 5_000
/** Folders of one class that are looked into, and files of each. */
const [classFolders, classFiles] = [2, 50]

/** Entries in the order of the file system, which stops being asked after so many. @throws NodeJS.ErrnoException */
export async function firstEntries(path: string, most: number): Promise<Dirent[]> {
  const entries: Dirent[] = []
  for await (const entry of await opendir(path)) {
    if (entries.push(entry) >= most) break
  }
  return entries
}

/** The format that opening would find, as far as a glance tells; null where it tells none, or nothing can be read. */
export async function glance(path: string): Promise<Exclude<DataKind, 'sample'> | null> {
  try {
    const folder = (await stat(path)).isDirectory()
    const few = !folder || (await firstEntries(path, mostEntries + 1)).length <= mostEntries
    for (const kind of few ? (['idx', 'cifar', 'svhn', 'npy'] as const) : [])
      if ((await datasetFormats[kind].detect(path)) !== null) return kind
    if (folder && (await holdsClasses(path))) return 'images'
    return few && (await datasetFormats.csv.detect(path)) !== null ? 'csv' : null
  } catch {
    return null
  }
}

/** Whether there are folders with pictures in the folder, or in that of its training images. */
async function holdsClasses(path: string): Promise<boolean> {
  const folders = await foldersIn(path)
  const split =
    folders.find((name) => splitOfWord(name) === 'train') ?? folders.find((name) => splitOfWord(name) !== null)
  const root = split === undefined ? path : join(path, split)
  const classes = (split === undefined ? folders : await foldersIn(root)).slice(0, classFolders)
  if (classes.length < classFolders) return false
  for (const name of classes) {
    const files = await firstEntries(join(root, name), classFiles)
    if (!files.some((file) => imageEnding.test(file.name))) return false
  }
  return true
}

async function foldersIn(path: string): Promise<string[]> {
  const entries = await firstEntries(path, mostEntries)
  return entries.filter((entry) => entry.isDirectory() && !/^(\.|__)/.test(entry.name)).map(({ name }) => name)
}
