// JPEG files by jpeg-js: grey or colour, 8 bits; what the file claims is checked before it is decoded.
import { decode } from 'jpeg-js'
import { toPlanes, undecodable, unsupported, type Extent, type Picture } from './picture.ts'

/** Memory that the decoder may take, in MiB. */
const mostMemory = 1_024

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes.length >= 3 && bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff
}

export interface JpegFrame extends Extent {
  readonly components: number
}

/** What the frame header says (ITU T.81, B.2.2). @throws EspalierError `data/image`, `data/type` */
export function jpegFrame(path: string, bytes: Uint8Array): JpegFrame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 2
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame && at + 10 <= bytes.length) {
      const [bits, components] = [bytes[at + 4], bytes[at + 9]]
      if (bits !== 8) throw unsupported(path, `has ${bits} bits a channel`, 'Save it with 8 bits a channel.')
      if (components !== 1 && components !== 3)
        throw unsupported(path, `has ${components} channels`, 'Save it as grey or RGB.')
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), components }
    }
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2)
  }
  throw undecodable(path, 'it has no frame header')
}

/** @throws EspalierError `data/image` */
export function decodeJpeg(path: string, bytes: Uint8Array, frame: JpegFrame): Picture {
  try {
    const limits = { maxMemoryUsageInMB: mostMemory, maxResolutionInMP: (frame.width * frame.height) / 1e6 + 1 }
    const { data, ...extent } = decode(bytes, { useTArray: true, formatAsRGBA: false, tolerantDecoding: false, ...limits }) // prettier-ignore
    if (extent.height !== frame.height || extent.width !== frame.width) throw new Error('its size is said twice')
    return toPlanes(extent, data, 3, frame.components === 1 ? 1 : 3)
  } catch (cause) {
    throw undecodable(path, cause instanceof Error ? cause.message : String(cause), cause)
  }
}
