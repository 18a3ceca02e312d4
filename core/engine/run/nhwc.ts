// NCHW convolution and pooling written with TensorFlow.js' NHWC operations, for eager backends that have only those.
import { tf } from '../tensor.ts'
import { convolutionKernelName, convolutionWindow, pair, poolWindow } from '../ops/attributes.ts'
import type { ConvolutionAttrs, PoolAttrs } from '../ops/attributes.ts'
import { outputSize } from '../ops/geometry.ts'
import type { Pads, Pair, Window } from '../ops/geometry.ts'

type Image = tf.Tensor4D

const toNhwc = (x: Image): Image => tf.transpose(x, [0, 2, 3, 1])
const toNchw = (x: Image): Image => tf.transpose(x, [0, 3, 1, 2])
/** [out, in, kh, kw] to TensorFlow's [kh, kw, in, out]. */
const toHwio = (filter: Image): Image => tf.transpose(filter, [2, 3, 1, 0])
const toOihw = (filter: Image): Image => tf.transpose(filter, [3, 2, 0, 1])

function surrounded(x: Image, [top, left, bottom, right]: Pads): Image {
  return tf.pad(x, [[0, 0], [0, 0], [top, bottom], [left, right]]) // prettier-ignore
}

/** Rows and columns of the padded input. */
function paddedSize(size: Pair, { pads }: Window): Pair {
  return [size[0] + pads[0] + pads[2], size[1] + pads[1] + pads[3]]
}

/** A filter with zeros between its entries, so that no backend needs dilation. */
function spread(filter: Image, dilations: Pair): Image {
  const [out, share, kh, kw] = filter.shape
  const [dh, dw] = dilations
  if (dh === 1 && dw === 1) return filter
  const apart = tf.pad(tf.reshape(filter, [out * share, kh, 1, kw, 1]), [[0, 0], [0, 0], [0, dh - 1], [0, 0], [0, dw - 1]]) // prettier-ignore
  const whole = tf.reshape(apart, [out, share, kh * dh, kw * dw])
  return tf.slice4d(whole as Image, [0, 0, 0, 0], [out, share, (kh - 1) * dh + 1, (kw - 1) * dw + 1])
}

/** Every dilation-th entry of a filter gradient. */
function thinned(filter: Image, dilations: Pair): Image {
  return tf.stridedSlice(filter, [0, 0, 0, 0], [...filter.shape], [1, 1, ...dilations]) as Image
}

/** The same work for each group's share of the channels of both operands; the results are joined along `axis`. */
function grouped(
  a: Image,
  aAxis: number,
  b: Image,
  bAxis: number,
  groups: number,
  axis: number,
  each: (a: Image, b: Image) => Image,
): Image {
  if (groups === 1) return each(a, b)
  const left = tf.split<Image>(a, groups, aAxis)
  const right = tf.split<Image>(b, groups, bAxis)
  return tf.concat(
    left.map((part, group) => each(part, right[group])),
    axis,
  )
}

function convolve(x: Image, filter: Image, attrs: ConvolutionAttrs): Image {
  const window = convolutionWindow(attrs, [filter.shape[2], filter.shape[3]])
  return grouped(surrounded(x, window.pads), 1, filter, 0, attrs.groups, 1, (image, weights) =>
    toNchw(tf.conv2d(toNhwc(image), toHwio(spread(weights, window.dilations)), [...window.strides], 'valid')),
  )
}

function convolveTranspose(dy: Image, filter: Image, attrs: ConvolutionAttrs): Image {
  const window = convolutionWindow(attrs, [filter.shape[2], filter.shape[3]])
  const size = pair(attrs.size)
  const [height, width] = paddedSize(size, window)
  return grouped(dy, 1, filter, 0, attrs.groups, 1, (gradient, weights) => {
    const shape: [number, number, number, number] = [dy.shape[0], height, width, filter.shape[1]]
    const hwio = toHwio(spread(weights, window.dilations))
    const whole = toNchw(tf.conv2dTranspose(toNhwc(gradient), hwio, shape, [...window.strides], 'valid'))
    return tf.slice(whole, [0, 0, window.pads[0], window.pads[1]], [dy.shape[0], filter.shape[1], ...size])
  })
}

function filterGradient(x: Image, dy: Image, attrs: ConvolutionAttrs): Image {
  const window = convolutionWindow(attrs, pair(attrs.size))
  const [kh, kw] = window.kernel
  const reach: Pair = [(kh - 1) * window.dilations[0] + 1, (kw - 1) * window.dilations[1] + 1]
  return grouped(surrounded(x, window.pads), 1, dy, 1, attrs.groups, 0, (image, gradient) => {
    const inputs = { x: toNhwc(image), dy: toNhwc(gradient) }
    const whole = tf.engine().runKernel<Image>(tf.Conv2DBackpropFilter, inputs, {
      strides: [...window.strides],
      pad: 'valid',
      dataFormat: 'NHWC',
      dimRoundingMode: 'floor',
      filterShape: [...reach, image.shape[1], gradient.shape[1]],
    })
    return thinned(toOihw(whole), window.dilations)
  })
}

function singleChannels(x: Image): Image {
  const [n, c, h, w] = x.shape
  return tf.reshape(x, [n * c, 1, h, w])
}

function poolConvolution(attrs: PoolAttrs): { readonly filter: Image; readonly attrs: ConvolutionAttrs } {
  const [kh, kw] = pair(attrs.kernel)
  const filter = tf.fill<tf.Rank.R4>([1, 1, kh, kw], 1 / (kh * kw))
  return { filter, attrs: { strides: attrs.strides, pads: attrs.pads, dilations: [1, 1], groups: 1, size: attrs.size } }
}

function averagePool(x: Image, attrs: PoolAttrs): Image {
  const [n, c, h, w] = x.shape
  const { filter, attrs: convolution } = poolConvolution(attrs)
  return tf.reshape(convolve(singleChannels(x), filter, convolution), [n, c, ...outputSize([h, w], poolWindow(attrs))])
}

function averagePoolTranspose(dy: Image, attrs: PoolAttrs): Image {
  const [n, c] = dy.shape
  const { filter, attrs: convolution } = poolConvolution(attrs)
  return tf.reshape(convolveTranspose(singleChannels(dy), filter, convolution), [n, c, ...pair(attrs.size)])
}

type Inputs = Readonly<Record<string, Image>>

const kernels: Readonly<Record<string, (inputs: Inputs, attrs: unknown) => Image>> = {
  [convolutionKernelName.conv2d]: ({ x, filter }, attrs) => convolve(x, filter, attrs as ConvolutionAttrs),
  [convolutionKernelName.conv2dTranspose]: ({ dy, filter }, attrs) =>
    convolveTranspose(dy, filter, attrs as ConvolutionAttrs),
  [convolutionKernelName.conv2dFilter]: ({ x, dy }, attrs) => filterGradient(x, dy, attrs as ConvolutionAttrs),
  [convolutionKernelName.avgPool2d]: ({ x }, attrs) => averagePool(x, attrs as PoolAttrs),
  [convolutionKernelName.avgPool2dTranspose]: ({ dy }, attrs) => averagePoolTranspose(dy, attrs as PoolAttrs),
}

/** Registers the compositions as kernels of TensorFlow.js backend `backendName`, which must be the current one when they run. */
export function registerNhwcKernels(backendName: string): void {
  for (const [kernelName, run] of Object.entries(kernels)) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) =>
        tf.tidy(() => {
          const tensors = Object.entries(inputs).map(([name, info]) => [name, info as Image] as const)
          return run(Object.fromEntries(tensors), attrs)
        }),
    })
  }
}
