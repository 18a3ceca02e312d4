// Which arrays of a folder or archive are images and labels, and of which split: by the words of their names.
import { join } from 'node:path'
import { EspalierError } from '../../contract/errors.ts'
import { openDataFile } from '../files.ts'
import { listPlace, splitOfWord, wordsOf, type NamedSplit } from '../folder.ts'
import { largestGzipRatio } from '../limits.ts'
import { withArchive } from './archive.ts'
import { readNpy, type NpyArray, type NpyInput } from './read.ts'

export type Role = 'images' | 'labels'
/** `train images` and so on → the array. */
export type Collected = ReadonlyMap<`${NamedSplit} ${Role}`, NpyArray>

const roles: ReadonlyMap<string, Role> = new Map([
  ...['x', 'image', 'images', 'data', 'img', 'imgs'].map((word) => [word, 'images'] as const),
  ...['y', 'label', 'labels', 'target', 'targets'].map((word) => [word, 'labels'] as const),
])
/** What numpy.savez calls arrays without names, as words. */
const unnamed: ReadonlyMap<string, readonly string[]> = new Map([
  ['arr_0.npy', ['x']],
  ['arr_1.npy', ['y']],
])

/**
 * What a name says, such as `x_train`, `test-labels.npy`; null where a word of it says anything else. `around` are words
 * of the file that the array is in; `arr_0` and `arr_1` are what numpy.savez calls images and labels without names.
 */
export function placeOf(name: string, around: readonly string[] = []): `${NamedSplit} ${Role}` | null {
  const base = name.slice(name.lastIndexOf('/') + 1)
  const words = unnamed.get(base) ?? wordsOf(base)
  const role = words.flatMap((word) => roles.get(word) ?? [])
  const split = words.flatMap((word) => splitOfWord(word) ?? [])
  if (role.length !== 1 || role.length + split.length !== words.length) return null
  const splits = new Set([...around.flatMap((word) => splitOfWord(word) ?? []), ...split])
  if (splits.size > 1) return null
  return `${[...splits].at(0) ?? 'undivided'} ${role[0]}`
}

/** Whether there is anything in a folder or file that `collect` would look at. */
export async function hasArrays(path: string): Promise<boolean> {
  const { files } = await listPlace(path)
  return files.some((name) => name.endsWith('.npz') || (isArray(name) && placeOf(name) !== null))
}

/** Reads every array that has a place. @throws EspalierError as `readNpy`, `withArchive`; `data/shape` where two claim one place */
export async function collect(path: string): Promise<Collected> {
  const { directory, alone, files } = await listPlace(path)
  const collected = new Map<`${NamedSplit} ${Role}`, NpyArray>()
  const take = async (input: NpyInput, place: `${NamedSplit} ${Role}` | null): Promise<void> => {
    if (place === null) return
    const before = collected.get(place)
    if (before !== undefined) throw twice(before.name, input.name, place)
    collected.set(place, await readNpy(input))
  }
  for (const name of files.filter(isArray)) {
    if (placeOf(name) !== null) await take(await fileInput(join(directory, name)), placeOf(name))
  }
  for (const name of files.filter((file) => file.endsWith('.npz'))) {
    const around = alone ? [] : wordsOf(name)
    await withArchive(join(directory, name), async (arrays) => {
      for (const array of arrays) await take(array, placeOf(array.name.slice(array.name.lastIndexOf(':') + 1), around))
    })
  }
  return collected
}

function isArray(name: string): boolean {
  return name.endsWith('.npy') || name.endsWith('.npy.gz')
}

async function fileInput(path: string): Promise<NpyInput> {
  const file = await openDataFile(path)
  return { name: path, most: file.gzip ? file.bytes * largestGzipRatio : file.bytes, chunks: () => file.chunks() }
}

function twice(first: string, second: string, place: string): EspalierError {
  return new EspalierError(
    'data/shape',
    `${first} and ${second} both claim to be the ${place}.`,
    'Keep one of them in the folder, or give the file itself.',
  )
}
