// Images as the windows draw them: bytes, channels interleaved, base64.
import type { Picture } from '../contract/api.ts'

type ImageShape = readonly [channels: number, height: number, width: number]

/** `values` [channels, height, width] in pixel units 0–1; what lies outside is clamped. */
export function toPicture(values: ArrayLike<number>, [channels, height, width]: ImageShape): Picture {
  const size = height * width
  const bytes = new Uint8Array(channels * size)
  for (let c = 0; c < channels; c++) {
    for (let p = 0; p < size; p++) bytes[p * channels + c] = toByte(values[c * size + p] * 255)
  }
  return { width, height, channels, pixels: Buffer.from(bytes).toString('base64') }
}

/**
 * The signed difference `to − from`, 128 where nothing changed, magnified so that `linf` fills the range.
 * The factor is a whole number where it can be, because it is read aloud beside the picture.
 */
export function toDifference(
  from: ArrayLike<number>,
  to: ArrayLike<number>,
  shape: ImageShape,
  linf: number,
): { picture: Picture; magnification: number } {
  const room = linf > 0 ? 0.5 / linf : 1
  const magnification = room >= 1 ? Math.floor(room) : room
  const values = Float64Array.from(from, (value, i) => 128 / 255 + (to[i] - value) * magnification)
  return { picture: toPicture(values, shape), magnification }
}

function toByte(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)))
}
