// The custom kernels of NCHW convolution and pooling: names, attributes, and how they are called.
import { tf } from '../tensor.ts'
import type { Tensor } from '../tensor.ts'
import type { Pads, Pair, Window } from './geometry.ts'

/** Names under which every backend registers these kernels. */
export const convolutionKernelName = {
  conv2d: 'EspalierConv2d',
  conv2dTranspose: 'EspalierConv2dTranspose',
  conv2dFilter: 'EspalierConv2dFilter',
  avgPool2d: 'EspalierAvgPool2d',
  avgPool2dTranspose: 'EspalierAvgPool2dTranspose',
} as const

export interface ConvolutionOptions {
  readonly strides: Pair
  readonly pads: Pads
  /** Default [1, 1]. */
  readonly dilations?: Pair
  /** Default 1: every output channel sees every input channel. */
  readonly groups?: number
}

export interface PoolOptions {
  readonly kernel: Pair
  readonly strides: Pair
  readonly pads: Pads
}

/** What a convolution kernel gets: the options with defaults filled in, and the size its output must have. */
export interface ConvolutionAttrs {
  readonly strides: number[]
  readonly pads: number[]
  readonly dilations: number[]
  readonly groups: number
  /** [rows, columns] of the input (transpose) or of the filter (filter gradient); unused by conv2d. */
  readonly size: number[]
}

/** What a pooling kernel gets; `size` is [rows, columns] of the input for the transpose. */
export interface PoolAttrs {
  readonly kernel: number[]
  readonly strides: number[]
  readonly pads: number[]
  readonly size: number[]
}

export function pair(values: readonly number[]): Pair {
  return [values[0] ?? 1, values[1] ?? 1]
}

export function pads(values: readonly number[]): Pads {
  return [values[0] ?? 0, values[1] ?? 0, values[2] ?? 0, values[3] ?? 0]
}

export function convolutionAttrs(options: ConvolutionOptions, size: Pair): ConvolutionAttrs {
  return {
    strides: [...options.strides],
    pads: [...options.pads],
    dilations: [...(options.dilations ?? [1, 1])],
    groups: options.groups ?? 1,
    size: [...size],
  }
}

/** The window of a convolution with these attributes and this kernel size. */
export function convolutionWindow(attrs: ConvolutionAttrs, kernel: Pair): Window {
  return { kernel, strides: pair(attrs.strides), pads: pads(attrs.pads), dilations: pair(attrs.dilations) }
}

export function poolWindow(attrs: PoolAttrs): Window {
  return { kernel: pair(attrs.kernel), strides: pair(attrs.strides), pads: pads(attrs.pads), dilations: [1, 1] }
}

/** Runs a kernel on whatever backend is current, under TensorFlow.js' tape. */
export function runKernel(
  name: string,
  inputs: Readonly<Record<string, Tensor>>,
  attrs: ConvolutionAttrs | PoolAttrs,
): Tensor {
  return tf.engine().runKernel<Tensor>(name, { ...inputs }, { ...attrs })
}
