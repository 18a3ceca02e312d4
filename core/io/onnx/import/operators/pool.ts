// MaxPool, AveragePool and their global forms; a maximum is written as max(a, b) = b + relu(a − b).
import { sizeOf } from '../../../../nn/index.ts'
import { elementwise, filled, scaleShift, sum } from '../affine.ts'
import type { Operation, OperatorRule } from '../operation.ts'
import { checkedSize } from '../tensor.ts'
import type { Signal } from '../value.ts'
import { imageResult, imageShape, readWindow, type Window } from '../window.ts'

export const averagePool: OperatorRule = (operation) => {
  const x = operation.signal(0)
  const image = imageShape(operation, x)
  const window = readWindow(operation, [image[1], image[2]], x.shape.length === 3 ? 1 : 2)
  if (window.dilations.some((step) => step !== 1)) operation.refuse('it has dilations')
  const includesPads = operation.attributes.int('count_include_pad', 0) !== 0
  const pads = stretched(window, image)
  const longer = pads.some((pad, side) => pad !== window.pads[side])
  if (longer && includesPads) operation.refuse('ceil_mode with count_include_pad adds a partial window')
  const { kernel, strides } = window
  const source = operation.draft.placed(x, image)
  const node = operation.draft.add({ kind: 'avgPool', kernel, strides, pads }, [source])
  const shape = imageResult(x.shape.length, image[0], window.size)
  const mean: Signal = { kind: 'signal', node, shape, index: null }
  if (includesPads || pads.every((pad) => pad === 0)) return mean
  const counts = pixelCounts(operation, window, image)
  const scale = Float64Array.from(filled(mean, kernel[0] * kernel[1]), (area, i) => area / counts[i % counts.length])
  return scaleShift(operation, mean, scale, filled(mean, 0))
}

export const globalAveragePool: OperatorRule = (operation) => globalMean(operation, operation.signal(0))

/** The mean over the pixels of every channel, [1, c, 1, 1]. */
export function globalMean(operation: Operation, x: Signal): Signal {
  const [channels, height, width] = imageShape(operation, x)
  const source = operation.draft.placed(x, [channels, height, width])
  const layer = { kind: 'avgPool', kernel: [height, width], strides: [1, 1], pads: [0, 0, 0, 0] } as const
  const shape = imageResult(x.shape.length, channels, [1, 1])
  return { kind: 'signal', node: operation.draft.add(layer, [source]), shape, index: null }
}

export const maxPool: OperatorRule = (operation) => {
  const x = operation.signal(0)
  const image = imageShape(operation, x)
  return maximum(operation, x, image, readWindow(operation, [image[1], image[2]], x.shape.length === 3 ? 1 : 2))
}

export const globalMaxPool: OperatorRule = (operation) => {
  const x = operation.signal(0)
  const image = imageShape(operation, x)
  const kernel = [image[1], image[2]] as const
  return maximum(operation, x, image, { kernel, strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], size: [1, 1] })
}

/** Padding enlarged so that the windows of ceil_mode fit. */
function stretched({ kernel, strides, pads, size }: Window, image: readonly number[]): Window['pads'] {
  const [bottom, right] = [0, 1].map((axis) => {
    const reach = (size[axis] - 1) * strides[axis] + kernel[axis] - image[axis + 1] - pads[axis]
    return Math.max(reach, pads[axis + 2])
  })
  return [pads[0], pads[1], bottom, right]
}

/** Pixels of the image under each window, [height × width of the output]. */
function pixelCounts(operation: Operation, window: Window, image: readonly number[]): number[] {
  return windows(operation, window, image).map((pixels) => pixels.length)
}

/** For every output pixel the flat positions, within a channel, of the image pixels its window sees. */
function windows(
  operation: Operation,
  { kernel, strides, dilations, pads, size }: Window,
  [, height, width]: readonly number[],
): number[][] {
  checkedSize([...size, ...kernel], `the windows of ${operation.title}`)
  const result: number[][] = []
  for (let oy = 0; oy < size[0]; oy++)
    for (let ox = 0; ox < size[1]; ox++) {
      const pixels: number[] = []
      for (let ky = 0; ky < kernel[0]; ky++)
        for (let kx = 0; kx < kernel[1]; kx++) {
          const y = oy * strides[0] - pads[0] + ky * dilations[0]
          const x = ox * strides[1] - pads[1] + kx * dilations[1]
          if (y >= 0 && x >= 0 && y < height && x < width) pixels.push(y * width + x)
        }
      result.push(pixels)
    }
  return result
}

/** The maximum over every window: one gather for each pixel of a window (a window with fewer repeats its last), joined pairwise. */
function maximum(operation: Operation, x: Signal, image: readonly [number, number, number], window: Window): Signal {
  const seen = windows(operation, window, image)
  const most = seen.reduce((longest, pixels) => Math.max(longest, pixels.length), 0)
  if (seen.some((pixels) => pixels.length === 0)) operation.refuse('a window sees nothing but padding')
  checkedSize([most, seen.length, image[0]], `the windows of ${operation.title}`)
  const shape = imageResult(x.shape.length, image[0], window.size)
  const source = operation.draft.placed(x, image)
  let candidates = Array.from({ length: most }, (_, turn): Signal => {
    const plane = seen.map((pixels) => pixels[Math.min(turn, pixels.length - 1)])
    const index = Int32Array.from({ length: sizeOf(shape) }, (_, k) => {
      const channel = Math.floor(k / plane.length)
      return channel * image[1] * image[2] + plane[k % plane.length]
    })
    const node = operation.draft.placed({ kind: 'signal', node: source, shape, index }, [image[0], ...window.size])
    return { kind: 'signal', node, shape, index: null }
  })
  while (candidates.length > 1) {
    candidates = Array.from({ length: Math.ceil(candidates.length / 2) }, (_, pair) => {
      const [a, b] = [candidates[2 * pair], candidates.at(2 * pair + 1)]
      return b ? larger(operation, a, b) : a
    })
  }
  return candidates[0]
}

/** max(a, b) = b + relu(a − b). */
function larger(operation: Operation, a: Signal, b: Signal): Signal {
  const opposite = scaleShift(operation, b, filled(b, -1), filled(b, 0))
  return sum(operation, b, elementwise(operation, sum(operation, a, opposite), 'relu'))
}
