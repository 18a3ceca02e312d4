// Stands in for core/engine/ops until they land; deleted then.
import { tf, type Tensor } from '../engine/tensor.ts'
import type { Pads, Strides } from './layers/window.ts'

export function constant(data: Float32Array | Float64Array, shape: readonly number[]): Tensor {
  return tf.tensor(Float32Array.from(data), [...shape])
}

interface Options {
  readonly strides: Strides
  readonly pads: Pads
}

export function conv2d(x: Tensor, filter: Tensor, { strides, pads }: Options): Tensor {
  const padded = tf.pad(tf.transpose(x, [0, 2, 3, 1]), [
    [0, 0],
    [pads[0], pads[2]],
    [pads[1], pads[3]],
    [0, 0],
  ])
  const y = tf.conv2d(padded as tf.Tensor4D, tf.transpose(filter, [2, 3, 1, 0]) as tf.Tensor4D, [...strides], 'valid')
  return tf.transpose(y, [0, 3, 1, 2])
}

export function conv2dTranspose(
  dy: Tensor,
  filter: Tensor,
  o: Options & { readonly inputSize: readonly [number, number] },
): Tensor {
  const x = tf.zeros([dy.shape[0], filter.shape[1] ?? 0, ...o.inputSize])
  return tf.grad((z: Tensor) => conv2d(z, filter, o))(x, dy)
}

interface PoolOptions extends Options {
  readonly kernel: readonly [number, number]
}

function poolFilter(channels: number, [kh, kw]: readonly [number, number]): Tensor {
  const filter = new Float32Array(channels * channels * kh * kw)
  for (let c = 0; c < channels; c++)
    filter.fill(1 / (kh * kw), (c * channels + c) * kh * kw, (c * channels + c + 1) * kh * kw)
  return tf.tensor(filter, [channels, channels, kh, kw])
}

export function avgPool2d(x: Tensor, o: PoolOptions): Tensor {
  return conv2d(x, poolFilter(x.shape[1] ?? 0, o.kernel), o)
}

export function avgPool2dTranspose(
  dy: Tensor,
  o: PoolOptions & { readonly inputSize: readonly [number, number] },
): Tensor {
  return conv2dTranspose(dy, poolFilter(dy.shape[1] ?? 0, o.kernel), o)
}
