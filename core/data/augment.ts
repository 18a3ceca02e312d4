// Varies training images: random crops of padded images and horizontal flips, drawn from a seeded generator.
import type { AugmentOptions } from '../contract/recipe/data.ts'
import type { ImageShape } from './dataset.ts'
import type { SeededRandom } from './random.ts'

/** `images` is flat, `[count, channels, height, width]`. */
export interface ImageBatch {
  readonly images: Float32Array
  readonly shape: ImageShape
}

/** Whether the options change anything; without it no copy need be made and nothing is drawn. */
export function augments({ crop, flip }: AugmentOptions): boolean {
  return crop > 0 || flip
}

/**
 * The images varied, `[count, channels, height, width]`, into `out` (not the images themselves) or a fresh array. For
 * each image in turn three draws are made, rows, columns, flip, whatever the options: the same generator state and
 * images always give the same values. Padding is 0, black in pixel units (spec A.1, decision 0009).
 */
export function augment(
  { images, shape }: ImageBatch,
  random: SeededRandom,
  { crop, flip }: AugmentOptions,
  out: Float32Array = new Float32Array(images.length),
): Float32Array {
  const [channels, height, width] = shape
  const size = channels * height * width
  const count = images.length / size
  if (!Number.isInteger(count) || out.length < images.length || out.buffer === images.buffer)
    throw new RangeError(`augment() needs whole images of ${size} values and an array of its own for ${images.length}.`)
  for (let index = 0; index < count; index++) {
    const down = random.integer(2 * crop + 1) - crop
    const right = random.integer(2 * crop + 1) - crop
    const mirrored = random.integer(2) === 1 && flip
    for (let plane = 0; plane < channels; plane++) {
      const at = index * size + plane * height * width
      movePlane(images.subarray(at, at + height * width), out.subarray(at, at + height * width), {
        width,
        down,
        right,
        mirrored,
      })
    }
  }
  return out
}

interface Move {
  readonly width: number
  /** Row and column of the padded image, less the padding, that become row 0 and column 0. */
  readonly down: number
  readonly right: number
  readonly mirrored: boolean
}

function movePlane(from: Float32Array, to: Float32Array, { width, down, right, mirrored }: Move): void {
  const height = from.length / width
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const row = y + down
      const column = (mirrored ? width - 1 - x : x) + right
      const inside = row >= 0 && row < height && column >= 0 && column < width
      to[y * width + x] = inside ? from[row * width + column] : 0
    }
  }
}
