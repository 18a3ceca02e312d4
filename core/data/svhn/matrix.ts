// The header of one array in a MAT-file: class, extents, name and where its numbers begin.
import { EspalierError } from '../../contract/errors.ts'
import type { BodyHeader } from '../body.ts'
import type { DataLimits } from '../limits.ts'

/** `valuesOf` turns the body (padding included) into numbers. */
export interface MatrixHeader extends BodyHeader {
  readonly name: string
  readonly extents: readonly number[]
  valuesOf(body: Uint8Array<ArrayBuffer>): Uint8Array | Float64Array
}

const longestHeader = 512
const int8 = 1
/** Bytes of a number, by the MAT types of uint8 and double. */
const sizes: ReadonlyMap<number, number> = new Map([
  [2, 1],
  [9, 8],
])

interface Part {
  readonly type: number
  readonly start: number
  readonly length: number
  /** Where the next part begins: padded to eight bytes. */
  readonly next: number
}

/** Null where `start` ends inside the header and more may come. @throws EspalierError `data/magic`, `data/type`, `data/too-large` */
export function parseMatrix(
  path: string,
  start: Uint8Array,
  ended: boolean,
  before: number,
  limits: DataLimits,
): MatrixHeader | null {
  if (start.length < longestHeader && !ended) return null
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.length)
  try {
    return matrixOf(path, bytes, before, limits)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw bad(path, 'an array has no readable header')
  }
}

function matrixOf(path: string, bytes: Buffer, before: number, limits: DataLimits): MatrixHeader {
  const flags = partAt(bytes, before)
  const extentsPart = partAt(bytes, flags.next)
  const namePart = partAt(bytes, extentsPart.next)
  if (extentsPart.length > 32 || namePart.length > 64 || namePart.type !== int8) throw bad(path, 'an array has no readable header') // prettier-ignore
  const extents = Array.from({ length: extentsPart.length / 4 }, (_, i) => bytes.readInt32LE(extentsPart.start + 4 * i))
  const name = bytes.toString('latin1', namePart.start, namePart.start + namePart.length)
  const data = partAt(bytes, namePart.next)
  const count = extents.reduce((product, extent) => product * extent, 1)
  const size = sizes.get(data.type)
  if (size === undefined)
    throw new EspalierError(
      'data/type',
      `${path}: ${name} holds numbers of MAT type ${data.type}.`,
      'Save images and labels as uint8 or double.',
    )
  if (extents.some((extent) => extent < 0) || data.length > limits.bytes)
    throw new EspalierError(
      'data/too-large',
      `${path}: ${name} claims extents ${extents.join(' × ')} in ${data.length} bytes.`,
      'The file is damaged or not meant for this; check where it came from.',
    )
  if (count * size !== data.length) throw bad(path, `${name} claims ${count} values in ${data.length} bytes`)
  return {
    name,
    extents,
    headerBytes: data.start,
    bodyBytes: data.next - data.start,
    valuesOf: (body) => (size === 1 ? body.subarray(0, count) : doubles(body, count)),
  }
}

/** A part's tag: eight bytes, or four with the length in the upper half and the data in the four after it. */
function partAt(bytes: Buffer, at: number): Part {
  const word = bytes.readUInt32LE(at)
  if (word >>> 16 > 0) return { type: word & 0xffff, length: word >>> 16, start: at + 4, next: at + 8 }
  const length = bytes.readUInt32LE(at + 4)
  return { type: word, length, start: at + 8, next: at + 8 + 8 * Math.ceil(length / 8) }
}

function doubles(body: Uint8Array<ArrayBuffer>, count: number): Float64Array {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  return Float64Array.from({ length: count }, (_, i) => view.getFloat64(8 * i, true))
}

function bad(path: string, how: string): EspalierError {
  return new EspalierError('data/magic', `${path}: ${how}.`, 'Take the official file again.')
}
