// The chunks of a PNG file: its header, and whether its pixels unpack to what the header says, found out before anything decodes them.
import { inflateSync } from 'node:zlib'
import { EspalierError } from '../../contract/errors.ts'
import { undecodable, type Extent } from './picture.ts'

export const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** Values of a pixel by colour type (PNG specification, 11.2.2). */
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

export interface PngHeader extends Extent {
  /** Bits of a whole pixel. */
  readonly bits: number
}

interface Chunk {
  readonly type: string
  readonly data: Uint8Array
}

/** What the one header chunk says. @throws EspalierError `data/image` where chunks do not follow each other to IEND */
export function pngHeader(path: string, bytes: Uint8Array): PngHeader {
  let header: PngHeader | null = null
  for (const { type, data } of chunksOf(bytes)) {
    if (type === 'IHDR') {
      if (header !== null || data.length !== 13) throw undecodable(path, 'it has no proper header')
      const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
      header = { width: view.getUint32(0), height: view.getUint32(4), bits: data[8] * (channelsOf[data[9]] ?? 4) }
    }
    if (type === 'IEND' && header !== null) return header
  }
  throw undecodable(path, header === null ? 'it has no proper header' : 'it is cut short')
}

/**
 * Unpacks the pixels into no more memory than they take, and lets them go: a decoder would unpack whatever there is.
 * @throws EspalierError `data/image` where there are too few, `data/too-large` where there are more than the header says
 */
export function checkPixels(path: string, bytes: Uint8Array, { width, height, bits }: PngHeader): void {
  const packed = [...chunksOf(bytes)].filter(({ type }) => type === 'IDAT').map(({ data }) => data)
  const least = Math.ceil((width * height * bits) / 8)
  // Every row begins with a byte and ends with a whole one; interlaced, it is in up to seven parts.
  const most = least + 7 * 2 * (height + 8)
  let length: number
  try {
    length = inflateSync(Buffer.concat(packed), { maxOutputLength: most }).length
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE'))
      throw undecodable(path, cause instanceof Error ? cause.message : String(cause), cause)
    throw new EspalierError(
      'data/too-large',
      `${path} unpacks to more than its ${width} × ${height} pixels.`,
      'The file is damaged, or made to take up memory; leave it out.',
      { cause },
    )
  }
  if (length < least) throw undecodable(path, 'it has too few pixels')
}

function* chunksOf(bytes: Uint8Array): Generator<Chunk, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = signature.length; at + 12 <= bytes.length;) {
    const length = view.getUint32(at)
    if (at + 12 + length > bytes.length) return
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    yield { type, data: bytes.subarray(at + 8, at + 8 + length) }
    if (type === 'IEND') return
    at += 12 + length
  }
}
