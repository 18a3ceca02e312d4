// Pixels from the numbers of a file: bytes stay bytes, other values are scaled to 0…1; shapes of flat rows guessed where plain.
import { EspalierError } from '../contract/errors.ts'
import type { ImageShape, Pixels } from './dataset.ts'
import { fromFloatPixels } from './float-pixels.ts'

export type Numbers = Uint8Array | Float32Array | Float64Array

/**
 * The value of a full pixel, for all splits of a dataset together: 255 for bytes and for whole numbers some of which are
 * above 1, else 1.
 */
export function fullPixel(splits: readonly Numbers[]): number {
  if (!splits.every((values) => values instanceof Uint8Array || values.every(Number.isInteger))) return 1
  return splits.some((values) => values instanceof Uint8Array || values.some((value) => value > 1)) ? 255 : 1
}

/**
 * Values as pixels, `size` of them an image, `upper` standing for a full one. Whole numbers up to 255 become bytes, so
 * that equal images have equal hashes whatever file they came from.
 * @throws EspalierError `data/non-finite`, `data/range`
 */
export function toPixels(source: string, values: Numbers, size: number, upper: number): Pixels {
  if (values instanceof Uint8Array && upper === 255) return values
  const numbers = values instanceof Uint8Array ? Float32Array.from(values) : values
  const pixels = fromFloatPixels(source, numbers, size, { lower: 0, upper })
  return upper === 255 && numbers.every(Number.isInteger) ? Uint8Array.from(numbers) : pixels
}

/** The shape of images given as rows of `size` values: square in one channel, or in three. @throws EspalierError `data/shape` */
export function shapeOfRow(source: string, size: number): ImageShape {
  for (const channels of [1, 3] as const) {
    const side = Math.sqrt(size / channels)
    if (size > 0 && Number.isInteger(side)) return [channels, side, side]
  }
  throw new EspalierError(
    'data/shape',
    `${source}: ${size} values an image are no square image in one or three channels.`,
    'Give the images with their shape: of CSV by shape [channels, height, width], of NPY as an array of rank 3 or 4.',
  )
}
