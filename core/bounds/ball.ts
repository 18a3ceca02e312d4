// Box arithmetic in float64 (pixels k/255, radius ε, clipped or not) and the output rows of robustness questions.
import type { Box, OutputRows } from './box.ts'
import { EspalierError } from '../contract/errors.ts'

/** Distance from a multiple of 1/255, in units of 1/255, below which a float32 pixel counts as k/255. */
const PIXEL_SNAP = 1e-3

/**
 * The pixels as float64, with float32 values of k/255 replaced by the float64 quotient k/255, so that the box does not
 * inherit float32 rounding. Other values are widened as they are.
 */
export function exactPixels(image: Float32Array | Float64Array): Float64Array {
  const pixels = new Float64Array(image.length)
  for (let i = 0; i < image.length; i++) {
    const value = image[i]
    if (!Number.isFinite(value))
      throw new EspalierError('data/non-finite', `pixel ${i} is ${value}`, 'Check the data set: pixels must be finite.')
    const k = Math.round(value * 255)
    pixels[i] = image instanceof Float32Array && Math.abs(value * 255 - k) < PIXEL_SNAP ? k / 255 : value
  }
  return pixels
}

/** The l-infinity ball of radius `epsilon`, intersected with [0,1] when `clip`. Throws `verify/epsilon`. */
export function ball(centre: Float64Array, epsilon: number, clip: boolean): Box {
  checkEpsilon(epsilon)
  const lower = new Float64Array(centre.length)
  const upper = new Float64Array(centre.length)
  for (let i = 0; i < centre.length; i++) {
    const value = centre[i]
    lower[i] = clip ? Math.min(1, Math.max(0, value - epsilon)) : value - epsilon
    upper[i] = clip ? Math.min(1, Math.max(0, value + epsilon)) : value + epsilon
  }
  return { lower, upper }
}

/** Rows e_label − e_t for every class t ≠ label, in ascending t. */
export function untargetedRows(classes: number, label: number): OutputRows {
  return differences(classes, (other) => [label, other], label)
}

/** Rows e_j − e_target for every class j ≠ target, in ascending j: all ≤ 0 at once means that `target` wins. */
export function targetedRows(classes: number, target: number): OutputRows {
  return differences(classes, (other) => [other, target], target)
}

function differences(
  classes: number,
  pair: (other: number) => [plus: number, minus: number],
  skip: number,
): OutputRows {
  const rows = classes - 1
  const coefficients = new Float64Array(rows * classes)
  let row = 0
  for (let other = 0; other < classes; other++) {
    if (other === skip) continue
    const [plus, minus] = pair(other)
    coefficients[row * classes + plus] = 1
    coefficients[row * classes + minus] = -1
    row++
  }
  return { rows, coefficients, offsets: new Float64Array(rows) }
}

function checkEpsilon(epsilon: number): void {
  if (Number.isFinite(epsilon) && epsilon >= 0) return
  throw new EspalierError(
    'verify/epsilon',
    `epsilon is ${epsilon}; it must be a finite number, 0 or larger`,
    'Give epsilon in pixel units, for instance 0.1 for MNIST or 2/255 for CIFAR-10.',
  )
}
