// Parity cases of NCHW convolution, its adjoints and average pooling, over strides, pads, dilations and groups.
import { avgPool2d, avgPool2dTranspose } from '../../../core/engine/ops/avg-pool2d.ts'
import { conv2d, conv2dFilter, conv2dTranspose } from '../../../core/engine/ops/conv2d.ts'
import { outputSize } from '../../../core/engine/ops/geometry.ts'
import type { Pads, Pair } from '../../../core/engine/ops/geometry.ts'
import { tf } from '../../../core/engine/tensor.ts'
import { floats, parityTable } from './case.ts'
import type { ParityCase } from './case.ts'

interface Geometry {
  readonly title: string
  readonly x: readonly [number, number, number, number]
  readonly filter: readonly [number, number, number, number]
  readonly strides: Pair
  readonly pads: Pads
  readonly dilations?: Pair
  readonly groups?: number
}

const geometries: readonly Geometry[] = [
  { title: 'plain', x: [2, 3, 5, 6], filter: [4, 3, 3, 3], strides: [1, 1], pads: [0, 0, 0, 0] },
  { title: 'same size', x: [1, 2, 4, 4], filter: [3, 2, 3, 3], strides: [1, 1], pads: [1, 1, 1, 1] },
  { title: 'strides that divide', x: [2, 2, 6, 6], filter: [3, 2, 2, 2], strides: [2, 2], pads: [0, 0, 0, 0] },
  { title: 'strides that leave rows over', x: [2, 2, 8, 7], filter: [3, 2, 3, 2], strides: [3, 2], pads: [0, 0, 0, 0] },
  { title: 'asymmetric pads', x: [1, 2, 5, 5], filter: [2, 2, 3, 3], strides: [2, 2], pads: [0, 1, 2, 0] },
  { title: 'pads and a remainder', x: [2, 1, 7, 6], filter: [2, 1, 4, 3], strides: [2, 3], pads: [1, 2, 0, 1] },
  { title: 'kernel as large as the image', x: [2, 3, 4, 4], filter: [5, 3, 4, 4], strides: [1, 1], pads: [0, 0, 0, 0] },
  { title: 'kernel smaller than stride', x: [1, 2, 7, 7], filter: [2, 2, 1, 1], strides: [2, 3], pads: [0, 0, 0, 0] },
  {
    title: 'dilations',
    x: [2, 2, 8, 7],
    filter: [3, 2, 3, 2],
    strides: [1, 1],
    pads: [1, 0, 1, 2],
    dilations: [2, 3],
  },
  {
    title: 'dilations, strides and a remainder',
    x: [1, 2, 9, 8],
    filter: [2, 2, 2, 3],
    strides: [2, 3],
    pads: [1, 1, 0, 0],
    dilations: [3, 2],
  },
  // From 16 channels on, filter gradients of small kernels are products of gathered rows.
  {
    title: 'many channels, a small kernel',
    x: [2, 16, 5, 6],
    filter: [2, 16, 3, 2],
    strides: [2, 1],
    pads: [1, 0, 1, 2],
    dilations: [1, 2],
  },
  // With whole blocks of 8 or 16 channels, or of images, the runtime's direct convolutions are used where it has them.
  { title: 'blocks of channels', x: [2, 16, 5, 4], filter: [32, 16, 3, 3], strides: [1, 1], pads: [1, 1, 1, 1] },
  { title: 'few channels, then blocks', x: [2, 3, 6, 5], filter: [16, 3, 2, 3], strides: [2, 1], pads: [0, 1, 1, 0] },
  {
    title: 'blocks in strides that divide',
    x: [2, 16, 6, 9],
    filter: [16, 16, 4, 5],
    strides: [2, 3],
    pads: [1, 1, 1, 1],
  },
  {
    title: 'blocks in strides that leave rows over',
    x: [1, 16, 7, 6],
    filter: [16, 16, 2, 2],
    strides: [2, 2],
    pads: [0, 1, 1, 0],
  },
  { title: 'blocks, more padding than kernel', x: [1, 16, 2, 2], filter: [16, 16, 1, 2], strides: [1, 1], pads: [1, 2, 0, 2] }, // prettier-ignore
  { title: 'blocks of images', x: [16, 2, 5, 6], filter: [16, 2, 3, 2], strides: [2, 2], pads: [1, 0, 0, 0] },
  {
    title: 'blocks of images and channels, dilations',
    x: [32, 16, 4, 5],
    filter: [16, 16, 2, 2],
    strides: [1, 2],
    pads: [1, 1, 0, 1],
    dilations: [2, 1],
  },
  {
    title: 'groups',
    x: [2, 4, 5, 5],
    filter: [6, 2, 3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    groups: 2,
  },
  {
    title: 'one filter for each channel',
    x: [1, 3, 5, 4],
    filter: [3, 1, 2, 2],
    strides: [1, 2],
    pads: [0, 1, 1, 0],
    groups: 3,
  },
]

function sizeOf({ x, filter, strides, pads, dilations = [1, 1] }: Geometry): Pair {
  return outputSize([x[2], x[3]], { kernel: [filter[2], filter[3]], strides, pads, dilations })
}

function outputOf(geometry: Geometry): readonly number[] {
  return [geometry.x[0], geometry.filter[0], ...sizeOf(geometry)]
}

const forward = geometries.map(({ title, x, filter, ...options }): ParityCase => ({
  title,
  inputs: { x: floats(x), filter: floats(filter, -1, 1, 60) },
  run: (inputs) => [conv2d(inputs.x, inputs.filter, options)],
  order: 2,
}))

const transpose = geometries.map((geometry): ParityCase => {
  const { title, x, filter, ...options } = geometry
  return {
    title,
    inputs: { dy: floats(outputOf(geometry)), filter: floats(filter, -1, 1, 60) },
    run: ({ dy, filter: weights }) => [conv2dTranspose(dy, weights, { ...options, inputSize: [x[2], x[3]] })],
    order: 2,
  }
})

const filterGradient = geometries.map((geometry): ParityCase => {
  const { title, x, filter, ...options } = geometry
  return {
    title,
    inputs: { x: floats(x), dy: floats(outputOf(geometry), -1, 1, 60) },
    run: (inputs) => [conv2dFilter(inputs.x, inputs.dy, { ...options, kernel: [filter[2], filter[3]] })],
    order: 2,
  }
})

const pools: readonly { readonly title: string; readonly kernel: Pair; readonly strides: Pair; readonly pads: Pads }[] =
  [
    { title: 'tiles', kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] },
    { title: 'overlapping', kernel: [3, 2], strides: [1, 1], pads: [0, 0, 0, 0] },
    { title: 'a remainder', kernel: [2, 3], strides: [3, 2], pads: [0, 0, 0, 0] },
    { title: 'pads count as zeros', kernel: [3, 3], strides: [2, 2], pads: [1, 0, 0, 1] },
    { title: 'the whole image', kernel: [7, 6], strides: [1, 1], pads: [0, 0, 0, 0] },
  ]

const poolInput = [2, 3, 7, 6] as const

export const convolutionCases = parityTable({
  EspalierConv2d: forward,
  EspalierConv2dTranspose: transpose,
  EspalierConv2dFilter: filterGradient,
  EspalierAvgPool2d: pools.map(({ title, ...options }): ParityCase => ({
    title,
    inputs: { x: floats(poolInput) },
    run: ({ x }) => [avgPool2d(x, options), avgPool2d(tf.square(x), options)],
    order: 2,
  })),
  EspalierAvgPool2dTranspose: pools.map(({ title, ...options }): ParityCase => {
    const size = outputSize([7, 6], { ...options, dilations: [1, 1] })
    return {
      title,
      inputs: { dy: floats([2, 3, ...size]) },
      run: ({ dy }) => [avgPool2dTranspose(tf.square(dy), { ...options, inputSize: [7, 6] })],
      order: 2,
    }
  }),
})
