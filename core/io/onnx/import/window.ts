// Sliding windows of ONNX: images of one or two axes, strides, padding rules and dilations, as two-dimensional ones.
import type { Pads, Strides } from '../../../nn/layers/window.ts'
import type { Operation } from './operation.ts'
import { checkedSize } from './tensor.ts'
import type { Signal } from './value.ts'

type Pair = readonly [number, number]

export interface Window {
  readonly kernel: Pair
  readonly strides: Strides
  readonly dilations: Pair
  readonly pads: Pads
  /** Output [height, width]. */
  readonly size: Pair
}

/** Channels, height and width of a signal [1, c, w] or [1, c, h, w]. */
export function imageShape(operation: Operation, { shape }: Signal): readonly [number, number, number] {
  if (shape.length !== 3 && shape.length !== 4) operation.refuse(`its input has the shape ${shape.join('×')}`)
  if (shape[0] !== 1) operation.refuse(`its input is a batch of ${shape[0]}`)
  return shape.length === 3 ? [shape[1], 1, shape[2]] : [shape[1], shape[2], shape[3]]
}

/** The ONNX shape of an image that came out of an operator whose input has `rank` axes. */
export function imageResult(rank: number, channels: number, [height, width]: Pair): number[] {
  return rank === 3 ? [1, channels, width] : [1, channels, height, width]
}

/** Reads the window of a node over an image [height, width]; `kernel` is that of the weights where there are any. */
export function readWindow(operation: Operation, image: Pair, spatial: 1 | 2, kernel?: Pair): Window {
  const { attributes } = operation
  const pair = (name: string, otherwise: number): Pair => {
    const values = attributes.ints(name, undefined) ?? new Array<number>(spatial).fill(otherwise)
    if (values.length !== spatial || !values.every((value) => Number.isSafeInteger(value) && value > 0)) {
      operation.broken(`its ${name} are ${values.join()}`)
    }
    return spatial === 1 ? [1, values[0]] : [values[0], values[1]]
  }
  const shape = attributes.has('kernel_shape') || !kernel ? pair('kernel_shape', 0) : kernel
  if (kernel && shape.join() !== kernel.join()) operation.broken('its kernel_shape is not that of its weights')
  const strides = pair('strides', 1)
  const dilations = pair('dilations', 1)
  const extents: Pair = [(shape[0] - 1) * dilations[0] + 1, (shape[1] - 1) * dilations[1] + 1]
  const pads = readPads(operation, image, spatial, extents, strides)
  const ceil = attributes.int('ceil_mode', 0) !== 0
  checkedSize([image[0] + pads[0] + pads[2], image[1] + pads[1] + pads[3]], `the padded image of ${operation.title}`)
  const axes = [0, 1].map((axis) =>
    outputSize(operation, image[axis] + pads[axis] + pads[axis + 2] - extents[axis], strides[axis], ceil),
  )
  return { kernel: shape, strides, dilations, pads, size: [axes[0], axes[1]] }
}

function outputSize(operation: Operation, room: number, stride: number, ceil: boolean): number {
  if (room < 0) operation.broken('its kernel is larger than the padded image')
  return (ceil ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1
}

function readPads(operation: Operation, image: Pair, spatial: 1 | 2, extents: Pair, strides: Strides): Pads {
  const { attributes } = operation
  const rule = attributes.text('auto_pad', 'NOTSET')
  const given = attributes.ints('pads', undefined)
  if (rule === 'VALID') return [0, 0, 0, 0]
  if (rule === 'SAME_UPPER' || rule === 'SAME_LOWER') {
    const [vertical, horizontal] = [0, 1].map((axis) => {
      const steps = Math.ceil(image[axis] / strides[axis])
      const total = Math.max((steps - 1) * strides[axis] + extents[axis] - image[axis], 0)
      const small = Math.floor(total / 2)
      return rule === 'SAME_UPPER' ? [small, total - small] : [total - small, small]
    })
    return [vertical[0], horizontal[0], vertical[1], horizontal[1]]
  }
  if (rule !== 'NOTSET') operation.refuse(`its auto_pad is ${rule}`)
  if (!given) return [0, 0, 0, 0]
  const sound = given.length === 2 * spatial && given.every((pad) => Number.isSafeInteger(pad) && pad >= 0)
  if (!sound) operation.broken(`its pads are ${given.join()}`)
  return spatial === 1 ? [0, given[0], 0, given[1]] : [given[0], given[1], given[2], given[3]]
}
