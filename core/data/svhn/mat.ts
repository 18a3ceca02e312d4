// Numeric arrays of a MATLAB 5 MAT-file, as SVHN is published: plain or compressed elements, little-endian.
import { createReadStream } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { createInflate } from 'node:zlib'
import { EspalierError } from '../../contract/errors.ts'
import { readBody } from '../body.ts'
import { inputError } from '../files.ts'
import { defaultLimits, type DataLimits } from '../limits.ts'
import { parseMatrix, type MatrixHeader } from './matrix.ts'

/** `extents` and `values` column-major, as MATLAB keeps them. */
export interface MatArray {
  readonly name: string
  readonly extents: readonly number[]
  readonly values: Uint8Array | Float64Array
}

const headerBytes = 128
const elementTag = 8
const [matrix, compressed] = [14, 15]
const mostElements = 64

/** @throws EspalierError `input/*`, `data/magic`, `data/truncated`, `data/type`, `data/too-large`, `data/gzip` */
export async function readMat(path: string, limits: DataLimits = defaultLimits): Promise<readonly MatArray[]> {
  const handle = await open(path).catch((cause: unknown) => {
    throw inputError(path, cause)
  })
  try {
    return await readElements(path, handle, limits)
  } catch (cause) {
    throw cause instanceof Error && 'syscall' in cause ? inputError(path, cause) : cause
  } finally {
    await handle.close()
  }
}

/** Whether a file begins as a MAT-file of version 5. */
export function isMat(start: Uint8Array): boolean {
  return start.length >= headerBytes && start[125] === 1 && start[124] === 0 && start[126] === 0x49 && start[127] === 0x4d
} // prettier-ignore

async function readElements(path: string, handle: FileHandle, limits: DataLimits): Promise<readonly MatArray[]> {
  const { size } = await handle.stat()
  if (!isMat(await bytesAt(handle, 0, headerBytes)))
    throw new EspalierError(
      'data/magic',
      `${path} is no MATLAB 5 file (little-endian).`,
      'Take the official train_32x32.mat and test_32x32.mat, or save with -v7.',
    )
  const arrays: MatArray[] = []
  for (let at = headerBytes; at < size && arrays.length < mostElements;) {
    const tag = await bytesAt(handle, at, elementTag)
    if (tag.length < elementTag) throw cut(path, at)
    const [type, length] = [tag.readUInt32LE(0), tag.readUInt32LE(4)]
    const end = at + elementTag + length
    if (end > size) throw cut(path, at)
    if (type === compressed) arrays.push(await readArray(path, inflated(path, at + elementTag, end), limits, elementTag)) // prettier-ignore
    if (type === matrix) arrays.push(await readArray(path, plain(path, at + elementTag, end), limits, 0))
    at = end
  }
  return arrays
}

/** `before`: bytes of the matrix' own tag, which stand inside a compressed element. */
async function readArray(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  limits: DataLimits,
  before: number,
): Promise<MatArray> {
  const { header, body } = await readBody<MatrixHeader>(chunks, {
    header: (start, ended) => parseMatrix(path, start, ended, before, limits),
    truncated: ({ name }) => cut(path, name),
    trailing: ({ name }) =>
      new EspalierError('data/trailing', `${path}: ${name} goes on after its values.`, 'Fetch the file again.'),
  })
  return { name: header.name, extents: header.extents, values: header.valuesOf(body) }
}

async function* plain(path: string, start: number, end: number): AsyncGenerator<Uint8Array, void> {
  if (end > start) for await (const chunk of createReadStream(path, { start, end: end - 1 })) yield chunk as Uint8Array
}

async function* inflated(path: string, start: number, end: number): AsyncGenerator<Uint8Array, void> {
  const inflate = createInflate({ chunkSize: 1 << 18 })
  const file = createReadStream(path, { start, end: Math.max(start, end - 1), highWaterMark: 1 << 18 })
  file.on('error', (cause) => inflate.destroy(cause))
  try {
    for await (const chunk of file.pipe(inflate)) yield chunk as Uint8Array
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_'))) throw cause
    throw new EspalierError(
      'data/gzip',
      `The compression of ${path} is damaged.`,
      'Copy or download the file again and compare its size with the original.',
      { cause },
    )
  } finally {
    file.destroy()
    inflate.destroy()
  }
}

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}

function cut(path: string, where: string | number): EspalierError {
  const place = typeof where === 'number' ? `its element at byte ${where}` : where
  return new EspalierError(
    'data/truncated',
    `${path} is cut short: ${place} is not whole.`,
    'Copy or download the file again and compare its size with the original.',
  )
}
