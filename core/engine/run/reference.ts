// NCHW convolution and pooling in plain loops, as kernels of TensorFlow.js' CPU backend: what every provider is tested against.
import { tf } from '../tensor.ts'
import { convolutionKernelName, convolutionWindow, pair, poolWindow } from '../ops/attributes.ts'
import type { ConvolutionAttrs, PoolAttrs } from '../ops/attributes.ts'
import { outputSize } from '../ops/geometry.ts'
import type { Pair, Window } from '../ops/geometry.ts'

interface Image {
  readonly shape: readonly number[]
  readonly data: Float32Array | Float64Array
}

/** Calls `visit` for every (image entry, kernel entry, output entry) of one channel that the window joins, padding left out. */
function eachTap(
  input: Pair,
  window: Window,
  visit: (inputAt: number, kernelAt: number, outputAt: number) => void,
): void {
  const output = outputSize(input, window)
  for (let outputAt = 0; outputAt < output[0] * output[1]; outputAt += 1) {
    const top = Math.floor(outputAt / output[1]) * window.strides[0] - window.pads[0]
    const left = (outputAt % output[1]) * window.strides[1] - window.pads[1]
    for (let kernelAt = 0; kernelAt < window.kernel[0] * window.kernel[1]; kernelAt += 1) {
      const y = top + Math.floor(kernelAt / window.kernel[1]) * window.dilations[0]
      const x = left + (kernelAt % window.kernel[1]) * window.dilations[1]
      const inside = y >= 0 && y < input[0] && x >= 0 && x < input[1]
      if (inside) visit(y * input[1] + x, kernelAt, outputAt)
    }
  }
}

/**
 * The one trilinear sum behind convolution and both adjoints: for every image, output channel, input channel and tap,
 * `visit` gets the flat positions in x, filter and y.
 */
function eachProduct(
  sizes: { readonly x: readonly number[]; readonly filter: readonly number[]; readonly y: readonly number[] },
  attrs: ConvolutionAttrs,
  visit: (xAt: number, filterAt: number, yAt: number) => void,
): void {
  const [batch = 0, inputs = 0, h = 0, w = 0] = sizes.x
  const [outputs = 0, share = 0, kh = 0, kw = 0] = sizes.filter
  const area = (sizes.y[2] ?? 0) * (sizes.y[3] ?? 0)
  eachTap([h, w], convolutionWindow(attrs, [kh, kw]), (inputAt, kernelAt, outputAt) => {
    for (let image = 0; image < batch; image += 1) {
      for (let out = 0; out < outputs; out += 1) {
        const first = Math.floor(out / (outputs / attrs.groups)) * share
        for (let channel = 0; channel < share; channel += 1) {
          visit(
            (image * inputs + first + channel) * h * w + inputAt,
            (out * share + channel) * kh * kw + kernelAt,
            (image * outputs + out) * area + outputAt,
          )
        }
      }
    }
  })
}

function zeros(shape: readonly number[]): Image & { readonly data: Float64Array } {
  return { shape, data: new Float64Array(shape.reduce((product, extent) => product * extent, 1)) }
}

/** conv2d of x and filter, summed in float64. */
export function referenceConv2d(x: Image, filter: Image, attrs: ConvolutionAttrs): Image {
  const [batch = 0, , h = 0, w = 0] = x.shape
  const [outputs = 0, , kh = 0, kw = 0] = filter.shape
  const y = zeros([batch, outputs, ...outputSize([h, w], convolutionWindow(attrs, [kh, kw]))])
  eachProduct({ x: x.shape, filter: filter.shape, y: y.shape }, attrs, (xAt, filterAt, yAt) => {
    y.data[yAt] += x.data[xAt] * filter.data[filterAt]
  })
  return y
}

/** The adjoint of conv2d in x. */
export function referenceConv2dTranspose(dy: Image, filter: Image, attrs: ConvolutionAttrs): Image {
  const x = zeros([dy.shape[0] ?? 0, (filter.shape[1] ?? 0) * attrs.groups, ...attrs.size])
  eachProduct({ x: x.shape, filter: filter.shape, y: dy.shape }, attrs, (xAt, filterAt, yAt) => {
    x.data[xAt] += dy.data[yAt] * filter.data[filterAt]
  })
  return x
}

/** The adjoint of conv2d in the filter. */
export function referenceConv2dFilter(x: Image, dy: Image, attrs: ConvolutionAttrs): Image {
  const filter = zeros([dy.shape[1] ?? 0, (x.shape[1] ?? 0) / attrs.groups, ...attrs.size])
  eachProduct({ x: x.shape, filter: filter.shape, y: dy.shape }, attrs, (xAt, filterAt, yAt) => {
    filter.data[filterAt] += x.data[xAt] * dy.data[yAt]
  })
  return filter
}

/** Means of windows of every channel; padding counts as zeros. */
export function referenceAvgPool2d(x: Image, attrs: PoolAttrs): Image {
  const [batch = 0, channels = 0, h = 0, w = 0] = x.shape
  const window = poolWindow(attrs)
  const size = outputSize([h, w], window)
  const y = zeros([batch, channels, ...size])
  const area = window.kernel[0] * window.kernel[1]
  eachTap([h, w], window, (inputAt, _kernelAt, outputAt) => {
    for (let plane = 0; plane < batch * channels; plane += 1) {
      y.data[plane * size[0] * size[1] + outputAt] += x.data[plane * h * w + inputAt] / area
    }
  })
  return y
}

/** The adjoint of average pooling. */
export function referenceAvgPool2dTranspose(dy: Image, attrs: PoolAttrs): Image {
  const [batch = 0, channels = 0, oh = 0, ow = 0] = dy.shape
  const [h, w] = pair(attrs.size)
  const window = poolWindow(attrs)
  const x = zeros([batch, channels, h, w])
  const area = window.kernel[0] * window.kernel[1]
  eachTap([h, w], window, (inputAt, _kernelAt, outputAt) => {
    for (let plane = 0; plane < batch * channels; plane += 1) {
      x.data[plane * h * w + inputAt] += dy.data[plane * oh * ow + outputAt] / area
    }
  })
  return x
}

type Kernels = Readonly<Record<string, (input: (name: string) => Image, attrs: unknown) => Image>>

const kernels: Kernels = {
  [convolutionKernelName.conv2d]: (input, attrs) =>
    referenceConv2d(input('x'), input('filter'), attrs as ConvolutionAttrs),
  [convolutionKernelName.conv2dTranspose]: (input, attrs) =>
    referenceConv2dTranspose(input('dy'), input('filter'), attrs as ConvolutionAttrs),
  [convolutionKernelName.conv2dFilter]: (input, attrs) =>
    referenceConv2dFilter(input('x'), input('dy'), attrs as ConvolutionAttrs),
  [convolutionKernelName.avgPool2d]: (input, attrs) => referenceAvgPool2d(input('x'), attrs as PoolAttrs),
  [convolutionKernelName.avgPool2dTranspose]: (input, attrs) =>
    referenceAvgPool2dTranspose(input('dy'), attrs as PoolAttrs),
}

/** A backend whose data are host arrays. */
interface HostStore {
  readSync(dataId: object): unknown
  write(values: Float32Array, shape: number[], dtype: 'float32'): object
}

/** Registers the loops as kernels of TensorFlow.js backend `backendName`, whose data are host arrays. */
export function registerReferenceKernels(backendName: string): void {
  for (const [kernelName, run] of Object.entries(kernels)) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) => {
        const store = backend as HostStore
        const input = (name: string): Image => {
          const info = inputs[name]
          if (info === undefined) throw new RangeError(`${kernelName} has no input ${name}`)
          return { shape: info.shape, data: store.readSync(info.dataId) as Float32Array }
        }
        const { shape, data } = run(input, attrs)
        const dataId = store.write(Float32Array.from(data), [...shape], 'float32')
        return { dataId, shape: [...shape], dtype: 'float32' }
      },
    })
  }
}
