// Local robustness in an l-infinity ball as a verification problem: box arithmetic in float64, untargeted and targeted rows.
import type { Box, OutputRows } from '../bounds/box.ts'
import { EspalierError } from '../contract/errors.ts'
import type { Network, Shape } from '../nn/network.ts'
import type { Problem, Property } from './problem.ts'

/** Distance from a multiple of 1/255, in units of 1/255, below which a float32 pixel counts as k/255. */
const PIXEL_SNAP = 1e-3

/** Arguments of `robustness`. */
export interface RobustnessArgs {
  readonly network: Network
  /** Pixels in [0,1], flat, in the network's input order. */
  readonly image: Float32Array | Float64Array
  readonly label: number
  /** Radius in pixel units (0–1); 0 asks about the image alone. */
  readonly epsilon: number
  /** Whether the box is intersected with the valid range [0,1] (ERAN and MIPVerify do, Marabou's queries do not). */
  readonly clip: boolean
  /** The class the attacker must reach (targeted); absent: any other class (untargeted). */
  readonly target?: number
}

/**
 * Is the network's answer `label` on the whole ball of radius ε around the image?
 *
 * @throws EspalierError `verify/epsilon` for a negative, NaN or infinite ε; `model/does-not-fit-data` when image, label or
 *   target do not fit the network; `data/non-finite` for a NaN or infinite pixel.
 */
export function robustness(args: RobustnessArgs): Problem {
  checkEpsilon(args.epsilon)
  const classes = checkFit(args)
  const centre = exactPixels(args.image)
  const box = ball(centre, args.epsilon, args.clip)
  const property: Property =
    args.target === undefined
      ? { kind: 'all-positive', rows: untargetedRows(classes, args.label) }
      : { kind: 'any-positive', rows: targetedRows(classes, args.target) }
  return { network: args.network, box, property, centre }
}

/**
 * The pixels as float64, with float32 values of k/255 replaced by the float64 quotient k/255, so that the box does not
 * inherit float32 rounding. Other values are widened as they are.
 */
export function exactPixels(image: Float32Array | Float64Array): Float64Array {
  const pixels = new Float64Array(image.length)
  for (let i = 0; i < image.length; i++) {
    const value = image[i] ?? NaN
    if (!Number.isFinite(value))
      throw new EspalierError('data/non-finite', `pixel ${i} is ${value}`, 'Check the data set: pixels must be finite.')
    const k = Math.round(value * 255)
    pixels[i] = image instanceof Float32Array && Math.abs(value * 255 - k) < PIXEL_SNAP ? k / 255 : value
  }
  return pixels
}

/** The l-infinity ball of radius `epsilon`, intersected with [0,1] when `clip`. */
export function ball(centre: Float64Array, epsilon: number, clip: boolean): Box {
  checkEpsilon(epsilon)
  const lower = new Float64Array(centre.length)
  const upper = new Float64Array(centre.length)
  for (let i = 0; i < centre.length; i++) {
    const value = centre[i] ?? NaN
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

function differences(classes: number, pair: (other: number) => [plus: number, minus: number], skip: number): OutputRows {
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

/** Checks that image, label and target fit; returns the number of classes. */
function checkFit(args: RobustnessArgs): number {
  const { network, image, label, target } = args
  const inputs = size(network.inputShape)
  const output = network.nodes.find((node) => node.id === network.output)
  const classes = output ? size(output.shape) : 0
  const hint = 'Choose the data set the model was trained on.'
  if (image.length !== inputs)
    throw new EspalierError(
      'model/does-not-fit-data',
      `the image has ${image.length} values, ${network.name} takes ${network.inputShape.join('×')} = ${inputs}`,
      hint,
    )
  for (const [name, value] of [
    ['label', label],
    ['target', target ?? (label === 0 ? 1 : 0)],
  ] as const)
    if (!Number.isInteger(value) || value < 0 || value >= classes)
      throw new EspalierError('model/does-not-fit-data', `${name} ${value}: ${network.name} has ${classes} classes`, hint)
  if (target === label)
    throw new EspalierError('model/does-not-fit-data', `target and label are both ${label}`, 'Choose another target class.')
  return classes
}

function size(shape: Shape): number {
  return shape.reduce((product, axis) => product * axis, 1)
}
