// The arrays inside an NPZ file, a ZIP archive: read one by one, checksums compared, nothing unpacked to disk.
import { crc32 } from 'node:zlib'
import { openPromise, type Entry, type ZipFile } from 'yauzl'
import { EspalierError } from '../../contract/errors.ts'
import { inputError } from '../files.ts'
import type { NpyInput } from './read.ts'

/** Arrays of one archive, at most. */
const mostEntries = 1_000

/** Calls `use` with the arrays of an archive while it is open. @throws EspalierError `data/archive`, `input/*` */
export async function withArchive<T>(path: string, use: (arrays: readonly NpyInput[]) => Promise<T>): Promise<T> {
  let zip: ZipFile | null = null
  try {
    zip = await openPromise(path, { lazyEntries: true, autoClose: false, strictFileNames: true })
    if (zip.entryCount > mostEntries) throw damaged(path, `it holds ${zip.entryCount} files`)
    const arrays: NpyInput[] = []
    for await (const entry of zip.eachEntry()) if (entry.fileName.endsWith('.npy')) arrays.push(inputOf(path, zip, entry)) // prettier-ignore
    return await use(arrays)
  } catch (cause) {
    throw zipError(path, cause)
  } finally {
    zip?.close()
  }
}

function inputOf(path: string, zip: ZipFile, entry: Entry): NpyInput {
  const { fileName, uncompressedSize } = entry
  return { name: `${path}:${fileName}`, most: uncompressedSize, chunks: () => checkedChunks(path, zip, entry) }
}

async function* checkedChunks(path: string, zip: ZipFile, entry: Entry): AsyncGenerator<Uint8Array, void> {
  const { fileName } = entry
  let sum = 0
  try {
    const stream = await zip.openReadStreamPromise(entry)
    for await (const chunk of stream) {
      sum = crc32(chunk as Uint8Array, sum)
      yield chunk as Uint8Array
    }
  } catch (cause) {
    throw zipError(path, cause)
  }
  if (sum !== entry.crc32) throw damaged(path, `the checksum of ${fileName} is wrong`)
}

function zipError(path: string, cause: unknown): EspalierError {
  if (cause instanceof EspalierError) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (code !== '' && !code.startsWith('Z_')) return inputError(path, cause)
  return damaged(path, cause instanceof Error ? cause.message : String(cause), cause)
}

function damaged(path: string, how: string, cause?: unknown): EspalierError {
  return new EspalierError(
    'data/archive',
    `${path} is no archive that can be read: ${how}.`,
    'Write it again with numpy.savez or numpy.savez_compressed.',
    { cause },
  )
}
