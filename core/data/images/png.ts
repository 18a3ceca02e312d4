// PNG files by fast-png: grey, colour or palette, opaque; what the file claims is checked before it is decoded.
import { convertIndexedToRgb, decode, type DecodedPng } from 'fast-png'
import { EspalierError } from '../../contract/errors.ts'
import { toPlanes, undecodable, unsupported, type Picture } from './picture.ts'
import { checkPixels, signature, type PngHeader } from './png-chunks.ts'

export function isPng(bytes: Uint8Array): boolean {
  return bytes.length >= signature.length && signature.equals(bytes.subarray(0, signature.length))
}

/** @throws EspalierError `data/image`, `data/too-large`, `data/type` for 16 bits and transparency */
export function decodePng(path: string, bytes: Uint8Array, header: PngHeader): Picture {
  checkPixels(path, bytes, header)
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
