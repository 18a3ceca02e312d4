// Sizes of convolutions and poolings: what fits, what is left over, and what the adjoint has to fill.
import { EspalierError } from '../../contract/errors.ts'

export type Pair = readonly [number, number]
/** Rows above, columns left, rows below, columns right, all filled with zeros. */
export type Pads = readonly [top: number, left: number, bottom: number, right: number]

/** How a kernel of `kernel` entries moves over an image. */
export interface Window {
  readonly kernel: Pair
  readonly strides: Pair
  readonly pads: Pads
  readonly dilations: Pair
}

/** Rows (axis 0) or columns (axis 1) of one window, spread by its dilation. */
export function reach(window: Window, axis: 0 | 1): number {
  return (window.kernel[axis] - 1) * window.dilations[axis] + 1
}

/** How many windows fit into `extent` rows or columns; what is left over is not seen. */
export function windowCount(extent: number, window: Window, axis: 0 | 1): number {
  const padded = extent + window.pads[axis] + window.pads[(axis + 2) as 2 | 3]
  return Math.floor((padded - reach(window, axis)) / window.strides[axis]) + 1
}

/** Output [rows, columns] for an input of [rows, columns]. */
export function outputSize(input: Pair, window: Window): Pair {
  const size: Pair = [windowCount(input[0], window, 0), windowCount(input[1], window, 1)]
  if (size[0] < 1 || size[1] < 1) {
    throw new EspalierError(
      'engine/shape',
      `A ${window.kernel.join('×')} kernel does not fit into ${input.join('×')} entries padded by ${window.pads.join()}.`,
      'Make the image or its padding larger, or the kernel smaller.',
    )
  }
  return size
}

/** Padded rows or columns that no window reaches: the adjoint leaves zeros there. */
export function leftOver(extent: number, window: Window, axis: 0 | 1): number {
  const padded = extent + window.pads[axis] + window.pads[(axis + 2) as 2 | 3]
  return (padded - reach(window, axis)) % window.strides[axis]
}
