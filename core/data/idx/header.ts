// The header of an IDX file: magic number and extents, checked before anything is allocated.
import { EspalierError } from '../../contract/errors.ts'
import { largestGzipRatio, type DataLimits } from '../limits.ts'

/** What the two IDX files of a split are: unsigned bytes of rank 3, and of rank 1. */
export type IdxRole = 'images' | 'labels'

const layouts = {
  images: { magic: 0x803, rank: 3, what: 'images (unsigned bytes, three extents)' },
  labels: { magic: 0x801, rank: 1, what: 'labels (unsigned bytes, one extent)' },
} as const

/** `extents` is [count, height, width] or [count]; `bodyBytes` their product. */
export interface IdxHeader {
  readonly role: IdxRole
  readonly extents: readonly number[]
  readonly headerBytes: number
  readonly bodyBytes: number
}

/** Bytes of the longest header. */
export const longestHeader = 16

/** The role that the first four bytes announce, or null if they are not an IDX magic number we read. */
export function idxRole(start: Uint8Array): IdxRole | null {
  if (start.length < 4) return null
  const magic = view(start).getUint32(0)
  if (magic === layouts.images.magic) return 'images'
  return magic === layouts.labels.magic ? 'labels' : null
}

/**
 * Reads and checks the header at the start of a file's (decompressed) bytes.
 * @throws EspalierError `data/idx-truncated`, `data/idx-magic`, `data/too-large`
 */
export function parseIdxHeader(path: string, start: Uint8Array, role: IdxRole, limits: DataLimits): IdxHeader {
  const { magic, rank, what } = layouts[role]
  if (start.length < 4) throw truncated(path, `it ends inside its magic number, after ${start.length} bytes`)
  if (idxRole(start) !== role) {
    const found = view(start).getUint32(0).toString(16).padStart(8, '0')
    const swapped = idxRole(start) !== null
    throw new EspalierError(
      'data/idx-magic',
      `${path} does not hold IDX ${what}: its magic number is 0x${found}, not 0x${magic.toString(16).padStart(8, '0')}.`,
      swapped
        ? 'The images and labels files are swapped: exchange them.'
        : 'Give an IDX file as MNIST publishes it, with or without .gz.',
    )
  }
  const headerBytes = 4 + 4 * rank
  if (start.length < headerBytes) throw truncated(path, `it ends inside its header, after ${start.length} bytes`)
  const extents = Array.from({ length: rank }, (_, axis) => view(start).getUint32(4 + 4 * axis))
  const bodyBytes = extents.reduce((product, extent) => product * extent, 1)
  if (extents.slice(1).some((extent) => extent > limits.side) || headerBytes + bodyBytes > limits.bytes) {
    throw new EspalierError(
      'data/too-large',
      `${path} claims extents ${extents.join(' × ')}: more than the limits of ${limits.side} per side and ${limits.bytes} bytes.`,
      'The file is damaged or not meant for this; check where it came from.',
    )
  }
  return { role, extents, headerBytes, bodyBytes }
}

/** Refuses a header whose body cannot be in a file of `fileBytes` bytes: nothing is allocated for a false claim. */
export function checkClaim(path: string, header: IdxHeader, fileBytes: number, gzip: boolean): void {
  const promised = header.headerBytes + header.bodyBytes
  if (promised <= (gzip ? fileBytes * largestGzipRatio : fileBytes)) return
  throw truncated(path, `its header promises ${promised} bytes, and ${fileBytes} bytes on disk cannot hold them`)
}

/** The error of a file that ends too early. */
export function truncated(path: string, how: string): EspalierError {
  return new EspalierError(
    'data/idx-truncated',
    `${path} is cut short: ${how}.`,
    'Copy or download the file again and compare its size with the original.',
  )
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
