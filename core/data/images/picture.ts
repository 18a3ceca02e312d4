// One decoded picture, whatever file it came from, and the errors of files that cannot be decoded.
import { EspalierError } from '../../contract/errors.ts'

/** Grey (one channel) or colour (three): `pixels` are bytes, `[channels, height, width]`. */
export interface Picture {
  readonly channels: 1 | 3
  readonly height: number
  readonly width: number
  readonly pixels: Uint8Array
}

/** What a file's header says. */
export interface Extent {
  readonly height: number
  readonly width: number
}

/** Bytes a picture of this extent may take as a file: never more than its raw pixels and room for what stands beside them. */
export function largestFile({ height, width }: Extent): number {
  return 2 * 4 * height * width + 262_144
}

/** `[height, width, channels]` to planes; `step` values stand for one pixel, the first `channels` of them are taken. */
export function toPlanes({ height, width }: Extent, values: ArrayLike<number>, step: number, channels: 1 | 3): Picture {
  const plane = height * width
  const pixels = new Uint8Array(channels * plane)
  for (let channel = 0; channel < channels; channel++)
    for (let pixel = 0; pixel < plane; pixel++) pixels[channel * plane + pixel] = values[pixel * step + channel]
  return { channels, height, width, pixels }
}

export function undecodable(path: string, how: string, cause?: unknown): EspalierError {
  return new EspalierError(
    'data/image',
    `${path} cannot be decoded: ${how}.`,
    'Open and save it again in another program, or leave it out.',
    { cause },
  )
}

export function unsupported(path: string, what: string, hint: string): EspalierError {
  return new EspalierError('data/type', `${path} ${what}.`, hint)
}
