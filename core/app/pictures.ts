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

/** Which way the values of an input are laid out as an image; null where they are none that can be told. */
export function imageShapeOf(inputShape: readonly number[]): ImageShape | null {
  const size = inputShape.reduce((product, extent) => product * extent, 1)
  // Flat inputs of the usual sizes: MNIST and CIFAR-10.
  if (inputShape.length === 1) return size === 784 ? [1, 28, 28] : size === 3_072 ? [3, 32, 32] : null
  if (inputShape.length !== 3) return null
  const [channels, height, width] = inputShape
  return (channels === 1 || channels === 3) && height >= leastSide && width >= leastSide
    ? [channels, height, width]
    : null
}

/** Fewer rows or columns make no picture. */
const leastSide = 4

interface ScaledPictures {
  readonly centre: Picture
  readonly counterexample: Picture
  readonly difference: Picture
  readonly magnification: number
  readonly black: number
  readonly white: number
}

/** A point of a box beside the middle of it; black and white are 0 and 1 where all values are, else the box's extremes. */
export function toScaledPictures(
  { lower, upper }: { readonly lower: Float64Array; readonly upper: Float64Array },
  point: Float64Array,
  shape: ImageShape,
): ScaledPictures {
  const [least, most] = [lower.reduce((a, b) => Math.min(a, b)), upper.reduce((a, b) => Math.max(a, b))]
  const [black, white] = least >= 0 && most <= 1 ? [0, 1] : [least, most > least ? most : least + 1]
  const scaled = (values: Float64Array): Float64Array => values.map((value) => (value - black) / (white - black))
  const [middle, found] = [scaled(lower.map((low, i) => (low + upper[i]) / 2)), scaled(point)]
  const far = middle.reduce((most, value, i) => Math.max(most, Math.abs(found[i] - value)), 0)
  const { picture, magnification } = toDifference(middle, found, shape, far)
  return {
    ...{ centre: toPicture(middle, shape), counterexample: toPicture(found, shape), difference: picture },
    ...{ magnification, black, white },
  }
}

function toByte(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)))
}
