// Brings an NPY array of images into [count, channels, height, width], and one of labels into a column.
import { EspalierError } from '../../contract/errors.ts'
import type { ImageShape } from '../dataset.ts'
import { shapeOfRow, type Numbers } from '../pixels.ts'
import type { NpyArray } from './read.ts'

export type Layout = 'auto' | 'nchw' | 'nhwc'

/** `values` flat, `[count, ...shape]`. */
export interface ArrangedImages {
  readonly count: number
  readonly shape: ImageShape
  readonly values: Numbers
}

/** Rank 2 are rows of square images, rank 3 grey images, rank 4 by `layout`. @throws EspalierError `data/shape` */
export function arrangeImages({ name, shape, values }: NpyArray, layout: Layout): ArrangedImages {
  const [count = 0, a = 0, b = 0, c = 0] = shape
  if (shape.length === 2) return { count, shape: shapeOfRow(name, a), values }
  if (shape.length === 3) return { count, shape: [1, a, b], values }
  if (shape.length !== 4)
    throw new EspalierError(
      'data/shape',
      `${name} has shape ${shape.join(' × ')}: no images.`,
      'Images are an array of rank 4 (with channels), 3 (grey) or 2 (rows of pixels).',
    )
  const order = layout === 'auto' ? guess(name, shape) : layout
  if (order === 'nchw') return { count, shape: [a, b, c], values }
  return { count, shape: [c, a, b], values: channelsFirst(values, count, a * b, c) }
}

function guess(name: string, [, a, , c]: readonly number[]): 'nchw' | 'nhwc' {
  const [first, last] = [a, c].map((extent) => extent === 1 || extent === 3)
  if (first !== last) return first ? 'nchw' : 'nhwc'
  throw new EspalierError(
    'data/shape',
    `${name}: from ${a} × … × ${c} nobody can tell which are the channels.`,
    'Set layout to nchw (channels first) or nhwc (channels last).',
  )
}

function channelsFirst(values: Numbers, count: number, plane: number, channels: number): Numbers {
  if (channels === 1) return values
  const result = values.slice()
  let from = 0
  for (let image = 0; image < count; image++) {
    for (let pixel = 0; pixel < plane; pixel++) {
      for (let channel = 0; channel < channels; channel++, from++)
        result[(image * channels + channel) * plane + pixel] = values[from]
    }
  }
  return result
}

/** Whole numbers of rank 1, or 2 with one column. @throws EspalierError `data/shape`, `data/type` */
export function arrangeLabels({ name, shape, values }: NpyArray): Int32Array {
  if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1))
    throw new EspalierError(
      'data/shape',
      `${name} has shape ${shape.join(' × ')}, and labels are one number an image.`,
      'Of one-hot rows save numpy.argmax(y, axis=1).',
    )
  const odd = values.findIndex((value) => !Number.isInteger(value) || Math.abs(value) > 2 ** 31 - 1)
  if (odd >= 0)
    throw new EspalierError(
      'data/type',
      `${name}: label ${values[odd]} of image ${odd} is no whole number.`,
      'Save the labels as whole numbers from 0.',
    )
  return Int32Array.from(values)
}
