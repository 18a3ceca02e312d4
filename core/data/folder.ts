// What lies in a folder, in an order that no file system decides; nothing is read.
import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { inputError } from './files.ts'

/** Names sorted by code points; hidden ones (and the `__MACOSX` of archives) left out. */
export interface Listing {
  readonly files: readonly string[]
  readonly folders: readonly string[]
}

/** The entries of a folder, links followed. @throws EspalierError `input/*` */
export async function listFolder(path: string): Promise<Listing> {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    const files: string[] = []
    const folders: string[] = []
    for (const entry of entries) {
      const { name } = entry
      if (name.startsWith('.') || name.startsWith('__')) continue
      const kind = entry.isSymbolicLink() ? await stat(join(path, name)) : entry
      if (kind.isFile()) files.push(name)
      else if (kind.isDirectory()) folders.push(name)
    }
    return { files: files.sort(), folders: folders.sort() }
  } catch (cause) {
    throw inputError(path, cause)
  }
}

/** `directory` is where the entries lie; `alone`: a file was given, whose name says nothing of splits then. */
export interface Place extends Listing {
  readonly directory: string
  readonly alone: boolean
}

/** The entries of a folder; a file is a folder that holds it alone. @throws EspalierError `input/*` */
export async function listPlace(path: string): Promise<Place> {
  const entry = await stat(path).catch((cause: unknown) => {
    throw inputError(path, cause)
  })
  if (entry.isDirectory()) return { directory: path, alone: false, ...(await listFolder(path)) }
  return { directory: resolve(path, '..'), alone: true, files: [basename(path)], folders: [] }
}

/** The parts of a dataset that names can mean; `undivided` where they say none. */
export type NamedSplit = 'train' | 'test' | 'validation' | 'undivided'

/** Which part of a dataset a word in a file's or folder's name means; null for any other word. */
export function splitOfWord(word: string): Exclude<NamedSplit, 'undivided'> | null {
  const lower = word.toLowerCase()
  if (lower === 'train' || lower === 'training') return 'train'
  if (lower === 'test' || lower === 'testing' || lower === 't10k') return 'test'
  return lower === 'val' || lower === 'valid' || lower === 'validation' ? 'validation' : null
}

/**
 * The parts that make a dataset of those that are there: validation images stand in where there is no test, undivided ones
 * count only where nothing is divided.
 */
export function usedSplits(has: (split: NamedSplit) => boolean): [NamedSplit, 'train' | 'test' | 'undivided'][] {
  const held: NamedSplit = has('test') ? 'test' : 'validation'
  const used: [NamedSplit, 'train' | 'test'][] = [['train', 'train'], [held, 'test']] // prettier-ignore
  const divided = used.filter(([split]) => has(split))
  if (divided.length > 0) return divided
  return has('undivided') ? [['undivided', 'undivided']] : []
}

/** The words of a name without its endings: `X_train.npy.gz` → x, train. */
export function wordsOf(name: string): string[] {
  const stem = name
    .toLowerCase()
    .replace(/\.gz$/, '')
    .replace(/\.[a-z0-9]+$/, '')
  return stem.split(/[^a-z0-9]+/).filter((word) => word !== '')
}
