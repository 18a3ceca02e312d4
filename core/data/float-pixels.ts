// Checks pixels that arrive as numbers (NPY, CSV): finite, in the stated range, scaled to 0…1.
import { EspalierError } from '../contract/errors.ts'

/** The valid range of the source's values; they are mapped linearly so that `lower` is 0 and `upper` is 1. */
export interface PixelRange {
  readonly lower: number
  readonly upper: number
}

/**
 * Float pixels from raw numbers, `[count, size]` flat. `size` is the number of values per image, for the messages.
 * @throws EspalierError `data/non-finite` for NaN and infinities, `data/range` for values outside `range`
 */
export function fromFloatPixels(
  source: string,
  values: Float32Array | Float64Array,
  size: number,
  range: PixelRange = { lower: 0, upper: 1 },
): Float32Array {
  const { lower, upper } = range
  if (!(Number.isFinite(lower) && Number.isFinite(upper) && lower < upper)) {
    throw new EspalierError(
      'data/range',
      `${source}: [${lower}, ${upper}] is not a range of pixel values.`,
      'Give the smallest and the largest value a pixel can have, such as 0 and 255.',
    )
  }
  const pixels = new Float32Array(values.length)
  const scale = 1 / (upper - lower)
  for (let index = 0; index < values.length; index++) {
    const value = values[index]
    if (!(value >= lower && value <= upper)) throw badPixel(source, value, index, size, range)
    pixels[index] = (value - lower) * scale
  }
  return pixels
}

function badPixel(source: string, value: number, index: number, size: number, range: PixelRange): EspalierError {
  const where = `value ${index % size} of image ${Math.floor(index / size)}`
  if (!Number.isFinite(value)) {
    return new EspalierError(
      'data/non-finite',
      `${source}: ${where} is ${value}.`,
      'Replace or remove the images with missing values, then import again.',
    )
  }
  return new EspalierError(
    'data/range',
    `${source}: ${where} is ${value}, outside [${range.lower}, ${range.upper}].`,
    'State the range of the pixel values on import (for bytes 0 to 255), or repair the file.',
  )
}
