// Opens data files: plain or gzip by content, in chunks, with file-system errors turned into coded ones.
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { EspalierError } from '../contract/errors.ts'

/** A data file ready to be read once; `gzip` is judged by the first two bytes, not by the name. */
export interface DataFile {
  readonly path: string
  readonly bytes: number
  readonly gzip: boolean
  /** The decompressed content. @throws EspalierError `input/*`, `data/gzip` */
  chunks(): AsyncGenerator<Uint8Array, void>
}

/** Looks at a file without reading it whole. @throws EspalierError `input/not-found`, `input/unreadable` */
export async function openDataFile(path: string): Promise<DataFile> {
  const { bytes, start } = await firstBytes(path).catch((cause: unknown) => {
    throw inputError(path, cause)
  })
  const gzip = start[0] === 0x1f && start[1] === 0x8b
  return { path, bytes, gzip, chunks: () => readChunks(path, gzip) }
}

/** The first `count` decompressed bytes of a file, fewer if it is shorter. */
export async function peek(path: string, count: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of (await openDataFile(path)).chunks()) {
    parts.push(chunk)
    length += chunk.length
    if (length >= count) break
  }
  return Buffer.concat(parts).subarray(0, count)
}

/** A file-system error as one of ours, naming the path. */
export function inputError(path: string, cause: unknown): EspalierError {
  if (cause instanceof EspalierError) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new EspalierError('input/not-found', `${path} does not exist.`, 'Check the spelling of the path.', { cause })
  }
  return new EspalierError(
    'input/unreadable',
    `${path} cannot be read (${cause instanceof Error ? cause.message : String(cause)}).`,
    'Check that it is a file and that you may read it.',
    { cause },
  )
}

async function firstBytes(path: string): Promise<{ bytes: number; start: Uint8Array }> {
  if (!(await stat(path)).isFile()) throw new Error('not a file')
  const handle = await open(path)
  try {
    const { size } = await handle.stat()
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    return { bytes: size, start: buffer.subarray(0, bytesRead) }
  } finally {
    await handle.close()
  }
}

async function* readChunks(path: string, gzip: boolean): AsyncGenerator<Uint8Array, void> {
  const file = createReadStream(path, { highWaterMark: 1 << 18 })
  const stream = gzip ? file.pipe(createGunzip({ chunkSize: 1 << 18 })) : file
  file.on('error', (cause) => stream.destroy(cause))
  try {
    for await (const chunk of stream) yield chunk as Uint8Array
  } catch (cause) {
    throw gzip ? gzipError(path, cause) : inputError(path, cause)
  } finally {
    file.destroy()
    stream.destroy()
  }
}

function gzipError(path: string, cause: unknown): EspalierError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (!code.startsWith('Z_')) return inputError(path, cause)
  const how = code === 'Z_BUF_ERROR' ? 'ends too early' : 'is damaged'
  return new EspalierError(
    'data/gzip',
    `The gzip compression of ${path} ${how}.`,
    'Copy or download the file again and compare its size with the original.',
    { cause },
  )
}
