// Whole files of models and properties, plain or gzip by content, with a limit on the decompressed size.
import { EspalierError } from '../contract/errors.ts'
import { openDataFile } from '../data/files.ts'

/**
 * The decompressed content of a file.
 * @throws EspalierError 'input/not-found', 'input/unreadable', 'data/gzip', 'data/too-large'
 */
export async function readWhole(path: string, maximumBytes: number): Promise<Buffer> {
  const file = await openDataFile(path)
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
