// Convolution of NCHW tensors and its two adjoints; each is the others' derivative, so every order of gradient exists.
import { EspalierError } from '../../contract/errors.ts'
import { tf } from '../tensor.ts'
import type { Tensor } from '../tensor.ts'
import { convolutionAttrs, convolutionKernelName, convolutionWindow, pair, runKernel } from './attributes.ts'
import type { ConvolutionAttrs, ConvolutionOptions } from './attributes.ts'
import { outputSize } from './geometry.ts'
import type { Pair } from './geometry.ts'

/**
 * Convolution (cross-correlation) of x [batch, in, height, width] with filter [out, in / groups, kh, kw]:
 * [batch, out, ⌊(height + top + bottom − reach) / stride⌋ + 1, …]. Differentiable in both, to every order.
 * @throws EspalierError 'engine/shape' when channels or sizes do not go together.
 */
export function conv2d(x: Tensor, filter: Tensor, options: ConvolutionOptions): Tensor {
  const attrs = convolutionAttrs(options, [0, 0])
  checkChannels('conv2d input', x, 1, (filter.shape[1] ?? 0) * attrs.groups)
  checkChannels('conv2d filter', filter, 0, Math.ceil((filter.shape[0] ?? 0) / attrs.groups) * attrs.groups)
  outputSize(imageSize(x), convolutionWindow(attrs, imageSize(filter)))
  return runKernel(convolutionKernelName.conv2d, { x, filter }, attrs)
}

/**
 * The adjoint of `conv2d` in its input: dy [batch, out, oh, ow] → [batch, in, ...inputSize].
 * @throws EspalierError 'engine/shape' when dy is not what conv2d makes of `inputSize`.
 */
export function conv2dTranspose(
  dy: Tensor,
  filter: Tensor,
  options: ConvolutionOptions & { readonly inputSize: Pair },
): Tensor {
  const attrs = convolutionAttrs(options, options.inputSize)
  checkChannels('conv2dTranspose input', dy, 1, filter.shape[0] ?? 0)
  checkSize('conv2dTranspose', dy, outputSize(options.inputSize, convolutionWindow(attrs, imageSize(filter))))
  return runKernel(convolutionKernelName.conv2dTranspose, { dy, filter }, attrs)
}

/**
 * The adjoint of `conv2d` in its filter: x [batch, in, h, w], dy [batch, out, oh, ow] → [out, in / groups, ...kernel].
 * @throws EspalierError 'engine/shape' when dy is not what conv2d makes of x.
 */
export function conv2dFilter(x: Tensor, dy: Tensor, options: ConvolutionOptions & { readonly kernel: Pair }): Tensor {
  const attrs = convolutionAttrs(options, options.kernel)
  checkChannels('conv2dFilter batch', dy, 0, x.shape[0] ?? 0)
  checkSize('conv2dFilter', dy, outputSize(imageSize(x), convolutionWindow(attrs, options.kernel)))
  return runKernel(convolutionKernelName.conv2dFilter, { x, dy }, attrs)
}

/** Rows and columns of an NCHW tensor. */
export function imageSize(x: Tensor): Pair {
  return [x.shape[2] ?? 1, x.shape[3] ?? 1]
}

function checkChannels(what: string, x: Tensor, axis: number, expected: number): void {
  if (x.rank === 4 && x.shape[axis] === expected) return
  throw new EspalierError(
    'engine/shape',
    `${what} has shape [${x.shape.join()}]; axis ${axis} of 4 must be ${expected}.`,
    'Images are [batch, channels, height, width], filters [out, in / groups, height, width].',
  )
}

export function checkSize(what: string, dy: Tensor, expected: Pair): void {
  if (dy.rank === 4 && dy.shape[2] === expected[0] && dy.shape[3] === expected[1]) return
  throw new EspalierError(
    'engine/shape',
    `${what} got an output gradient of shape [${dy.shape.join()}]; its last axes must be ${expected.join('×')}.`,
    'Give the strides, pads and sizes of the convolution this is the adjoint of.',
  )
}

interface SavedGradient {
  (dy: Tensor, saved: [Tensor, Tensor], attrs: ConvolutionAttrs): Record<string, () => Tensor>
}

function optionsOf(attrs: ConvolutionAttrs) {
  const [top = 0, left = 0, bottom = 0, right = 0] = attrs.pads
  return {
    strides: pair(attrs.strides),
    pads: [top, left, bottom, right] as const,
    dilations: pair(attrs.dilations),
    groups: attrs.groups,
  }
}

const gradients: Readonly<Record<string, { readonly inputs: string[]; readonly gradient: SavedGradient }>> = {
  [convolutionKernelName.conv2d]: {
    inputs: ['x', 'filter'],
    gradient: (dy, [x, filter], attrs) => ({
      x: () => conv2dTranspose(dy, filter, { ...optionsOf(attrs), inputSize: imageSize(x) }),
      filter: () => conv2dFilter(x, dy, { ...optionsOf(attrs), kernel: imageSize(filter) }),
    }),
  },
  [convolutionKernelName.conv2dTranspose]: {
    inputs: ['dy', 'filter'],
    gradient: (dx, [dy, filter], attrs) => ({
      dy: () => conv2d(dx, filter, optionsOf(attrs)),
      filter: () => conv2dFilter(dx, dy, { ...optionsOf(attrs), kernel: imageSize(filter) }),
    }),
  },
  [convolutionKernelName.conv2dFilter]: {
    inputs: ['x', 'dy'],
    gradient: (df, [x, dy], attrs) => ({
      x: () => conv2dTranspose(dy, df, { ...optionsOf(attrs), inputSize: imageSize(x) }),
      dy: () => conv2d(x, df, optionsOf(attrs)),
    }),
  },
}

for (const [kernelName, { inputs, gradient }] of Object.entries(gradients)) {
  tf.registerGradient({
    kernelName,
    inputsToSave: inputs,
    gradFunc: (dy, saved, attrs) =>
      gradient(dy as Tensor, saved as [Tensor, Tensor], attrs as unknown as ConvolutionAttrs),
  })
}
