// PNG files by fast-png: grey, colour or palette, opaque; what the file claims is checked before it is decoded.
import { convertIndexedToRgb, decode, type DecodedPng } from 'fast-png'
import { EspalierError } from '../../contract/errors.ts'
import { toPlanes, undecodable, unsupported, type Extent, type Picture } from './picture.ts'

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

export function isPng(bytes: Uint8Array): boolean {
  return bytes.length >= signature.length && signature.equals(bytes.subarray(0, signature.length))
}

/** Width and height of the one header chunk. @throws EspalierError `data/image` where chunks do not follow each other to IEND */
export function pngExtent(path: string, bytes: Uint8Array): Extent {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let extent: Extent | null = null
  for (let at = signature.length; at + 12 <= bytes.length;) {
    const length = view.getUint32(at)
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    if (at + 12 + length > bytes.length) break
    if (type === 'IHDR') {
      if (extent !== null || length !== 13) throw undecodable(path, 'it has no proper header')
      extent = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) }
    }
    if (type === 'IEND') {
      if (extent !== null) return extent
      break
    }
    at += 12 + length
  }
  throw undecodable(path, extent === null ? 'it has no proper header' : 'it is cut short')
}

/** @throws EspalierError `data/image`, `data/type` for 16 bits and transparency */
export function decodePng(path: string, bytes: Uint8Array): Picture {
  let png: DecodedPng
  try {
    png = decode(bytes, { checkCrc: true })
  } catch (cause) {
    throw undecodable(path, cause instanceof Error ? cause.message : String(cause), cause)
  }
  if (png.depth === 16) throw unsupported(path, 'has 16 bits a channel', 'Save it with 8 bits a channel.')
  if (png.palette !== undefined) return fromPalette(path, png)
  if (png.transparency !== undefined) throw transparent(path)
  const grey = png.channels < 3
  const step = png.channels
  if (step === 2 || step === 4) requireOpaque(path, png.data, step)
  const values = png.depth < 8 ? unpacked(png) : png.data
  if (values.length < png.width * png.height * step) throw undecodable(path, 'it has too few pixels')
  return toPlanes(png, values, step, grey ? 1 : 3)
}

function fromPalette(path: string, png: DecodedPng): Picture {
  try {
    const values = convertIndexedToRgb(png)
    const step = png.palette?.[0]?.length ?? 3
    if (step === 4) requireOpaque(path, values, step)
    return toPlanes(png, values, step, 3)
  } catch (cause) {
    if (cause instanceof EspalierError) throw cause
    throw undecodable(path, cause instanceof Error ? cause.message : String(cause), cause)
  }
}

/** Grey of 1, 2 or 4 bits: rows of whole bytes, the leftmost pixel in the highest bits; the largest value is white. */
function unpacked({ data, depth, width, height }: DecodedPng): Uint8Array {
  const row = Math.ceil((width * depth) / 8)
  const mask = 2 ** depth - 1
  const values = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth
      const byte = data[y * row + (bit >> 3)] ?? 0
      values[y * width + x] = ((byte >> (8 - depth - (bit & 7))) & mask) * (255 / mask)
    }
  }
  return values
}

function requireOpaque(path: string, values: ArrayLike<number>, step: number): void {
  for (let at = step - 1; at < values.length; at += step) if (values[at] !== 255) throw transparent(path)
}

function transparent(path: string): EspalierError {
  return unsupported(path, 'is transparent in places', 'Save it on a background of your choice, without transparency.')
}
