// Sliding windows shared by convolution and pooling: strides, pads and the output size.
import { z } from 'zod'
import { formatShape, type Shape, type ShapeFailure } from './rule.ts'

/** Steps down and right. */
export type Strides = readonly [vertical: number, horizontal: number]
/** Zero padding, in pixels, per side. */
export type Pads = readonly [top: number, left: number, bottom: number, right: number]

/** A saved pair of steps (or kernel sides). */
export const stridesSchema = z.tuple([z.int().positive(), z.int().positive()])
/** Saved padding. */
export const padsSchema = z.tuple([z.int().min(0), z.int().min(0), z.int().min(0), z.int().min(0)])

/** Output [height, width] of a window of size `kernel` over `input` [channels, height, width]; checks that it fits. */
export function windowOutput(
  input: Shape,
  kernel: readonly number[],
  strides: readonly number[],
  pads: readonly number[],
  fail: ShapeFailure,
): [number, number] {
  if (kernel.length !== 2 || !kernel.every(isPositive)) fail('kernel', 'two positive integers', kernel)
  if (strides.length !== 2 || !strides.every(isPositive)) fail('strides', 'two positive integers', strides)
  if (pads.length !== 4 || !pads.every((pad) => Number.isInteger(pad) && pad >= 0)) {
    fail('pads', 'four integers of at least 0 (top, left, bottom, right)', pads)
  }
  const height = input[1] + pads[0] + pads[2]
  const width = input[2] + pads[1] + pads[3]
  if (kernel[0] > height || kernel[1] > width) fail('padded input', `at least ${formatShape(kernel)}`, [height, width])
  return [Math.floor((height - kernel[0]) / strides[0]) + 1, Math.floor((width - kernel[1]) / strides[1]) + 1]
}

function isPositive(value: number): boolean {
  return Number.isInteger(value) && value > 0
}
