// One image file as a picture: the format by its first bytes, its claims held against limits before anything is decoded.
import { readFile, stat } from 'node:fs/promises'
import { EspalierError } from '../../contract/errors.ts'
import { inputError } from '../files.ts'
import type { DataLimits } from '../limits.ts'
import { decodeJpeg, isJpeg, jpegFrame } from './jpeg.ts'
import { largestFile, undecodable, type Extent, type Picture } from './picture.ts'
import { pngHeader } from './png-chunks.ts'
import { decodePng, isPng } from './png.ts'

/** Endings of files that are read as images. */
export const imageEnding = /\.(png|jpe?g)$/i

/** Files above this are not opened: 16,384 pixels square, raw. */
const largest = 2 ** 30

/** @throws EspalierError `input/*`, `data/image`, `data/type`, `data/too-large` */
export async function readPicture(path: string, limits: DataLimits): Promise<Picture> {
  const { size } = await stat(path).catch((cause: unknown) => {
    throw inputError(path, cause)
  })
  if (size > largest) throw tooLarge(path, `has ${size} bytes`)
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw inputError(path, cause)
  })
  return decodePicture(path, bytes, limits)
}

/** A picture from the bytes of its file; `path` is named in errors. @throws EspalierError as `readPicture` */
export function decodePicture(path: string, bytes: Uint8Array, limits: DataLimits): Picture {
  if (isPng(bytes)) {
    const header = pngHeader(path, bytes)
    checkExtent(path, header, bytes, limits)
    return decodePng(path, bytes, header)
  }
  if (!isJpeg(bytes)) throw undecodable(path, 'it is neither PNG nor JPEG')
  const frame = jpegFrame(path, bytes)
  checkExtent(path, frame, bytes, limits)
  return decodeJpeg(path, bytes, frame)
}

function checkExtent(path: string, extent: Extent, bytes: Uint8Array, limits: DataLimits): void {
  const { height, width } = extent
  if (height < 1 || width < 1) throw undecodable(path, `it claims ${width} × ${height} pixels`)
  if (height > limits.side || width > limits.side) throw tooLarge(path, `claims ${width} × ${height} pixels`)
  if (bytes.length > largestFile(extent)) throw tooLarge(path, `has ${bytes.length} bytes for ${width} × ${height} pixels`) // prettier-ignore
}

function tooLarge(path: string, what: string): EspalierError {
  return new EspalierError(
    'data/too-large',
    `${path} ${what}.`,
    'The file is damaged or not meant for this; scale the images to the size of the network’s input.',
  )
}
