// Whole files of models and properties, plain or gzip by content, with a limit on the decompressed size.
import { EspalierError } from '../contract/errors.ts'
import { openDataFile } from '../data/files.ts'
import { withinMemory } from '../data/memory.ts'

/** A gzip file may unpack to this much whatever its size, and beyond that to so many times its size: weights never do. */
const FREE_BYTES = 2 ** 26
const LARGEST_RATIO = 100

/**
 * The decompressed content of a file.
 * @throws EspalierError 'input/not-found', 'input/unreadable', 'data/gzip', 'data/too-large'
 */
export function readWhole(path: string, maximumBytes: number): Promise<Buffer> {
  return withinMemory(path, () => readParts(path, maximumBytes))
}

/** How much a gzip file of so many bytes may unpack to: more is taken for a bomb. */
export function mostUnpacked(bytes: number): number {
  return Math.max(FREE_BYTES, LARGEST_RATIO * bytes)
}

async function readParts(path: string, mostBytes: number): Promise<Buffer> {
  const file = await openDataFile(path)
  const maximumBytes = file.gzip ? Math.min(mostBytes, mostUnpacked(file.bytes)) : mostBytes
  const parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of file.chunks()) {
    length += chunk.length
    if (length > maximumBytes) {
      throw new EspalierError(
        'data/too-large',
        `${path} holds more than ${maximumBytes} bytes.`,
        'Check that this is the file you meant.',
      )
    }
    parts.push(chunk)
  }
  return Buffer.concat(parts, length)
}
