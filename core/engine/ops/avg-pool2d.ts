// Average pooling of NCHW tensors and its adjoint; padding counts as zeros, so the divisor is always the kernel's area.
import { tf } from '../tensor.ts'
import type { Tensor } from '../tensor.ts'
import { convolutionKernelName, pads, pair, poolWindow, runKernel } from './attributes.ts'
import type { PoolAttrs, PoolOptions } from './attributes.ts'
import { checkSize, imageSize } from './conv2d.ts'
import { outputSize } from './geometry.ts'
import type { Pair } from './geometry.ts'

function poolAttrs(options: PoolOptions, size: Pair): PoolAttrs {
  return { kernel: [...options.kernel], strides: [...options.strides], pads: [...options.pads], size: [...size] }
}

/**
 * Means of windows of x [batch, channels, height, width]. Differentiable to every order.
 * @throws EspalierError 'engine/shape' when the kernel does not fit.
 */
export function avgPool2d(x: Tensor, options: PoolOptions): Tensor {
  const attrs = poolAttrs(options, [0, 0])
  outputSize(imageSize(x), poolWindow(attrs))
  return runKernel(convolutionKernelName.avgPool2d, { x }, attrs)
}

/**
 * The adjoint of `avgPool2d`: dy [batch, channels, oh, ow] → [batch, channels, ...inputSize].
 * @throws EspalierError 'engine/shape' when dy is not what avgPool2d makes of `inputSize`.
 */
export function avgPool2dTranspose(dy: Tensor, options: PoolOptions & { readonly inputSize: Pair }): Tensor {
  const attrs = poolAttrs(options, options.inputSize)
  checkSize('avgPool2dTranspose', dy, outputSize(options.inputSize, poolWindow(attrs)))
  return runKernel(convolutionKernelName.avgPool2dTranspose, { dy }, attrs)
}

function optionsOf(attrs: PoolAttrs): PoolOptions {
  return { kernel: pair(attrs.kernel), strides: pair(attrs.strides), pads: pads(attrs.pads) }
}

tf.registerGradient({
  kernelName: convolutionKernelName.avgPool2d,
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => ({
    x: () =>
      avgPool2dTranspose(dy as Tensor, {
        ...optionsOf(attrs as unknown as PoolAttrs),
        inputSize: imageSize(saved[0]),
      }),
  }),
})

tf.registerGradient({
  kernelName: convolutionKernelName.avgPool2dTranspose,
  gradFunc: (dx, _saved, attrs) => ({
    dy: () => avgPool2d(dx as Tensor, optionsOf(attrs as unknown as PoolAttrs)),
  }),
})
