// The programs that try out a provider: a self-test with second-order gradients, and the two loads that are measured.
import { conv2d } from '../ops/conv2d.ts'
import type { ProgramDefinition, TensorData } from '../program.ts'
import { tf } from '../tensor.ts'
import type { Tensor } from '../tensor.ts'

/** Numbers between −1 and 1 that repeat on every machine: the fractional parts of multiples of the golden ratio. */
export function spreadNumbers(count: number, first = 0): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => 2 * (((first + index + 1) * 0.6180339887498949) % 1) - 1)
}

type TestInput = 'x' | 'filter' | 'weight'

/** A convolutional network's loss, its gradient in the weights, and the gradient of its input gradient's norm. */
export const selfTest: ProgramDefinition<TestInput, 'loss' | 'gradient' | 'second'> = {
  name: 'self-test',
  key: 'self-test',
  inputs: { x: { shape: [2, 3, 9, 9] }, filter: { shape: [4, 3, 3, 3] }, weight: { shape: [100, 10] } },
  build({ x, filter, weight }) {
    const loss = (image: Tensor, kernel: Tensor) => {
      const hidden = tf.relu(conv2d(image, kernel, { strides: [2, 2], pads: [1, 1, 1, 1] }))
      const logits = tf.matMul(tf.reshape(hidden, [2, 100]), weight)
      return tf.neg(tf.sum(tf.slice(tf.logSoftmax(logits), [0, 0], [2, 1])))
    }
    const norm = (kernel: Tensor) => tf.sum(tf.square(tf.grad((image: Tensor) => loss(image, kernel))(x)))
    return {
      loss: loss(x, filter),
      gradient: tf.grad((kernel: Tensor) => loss(x, kernel))(filter),
      second: tf.grad(norm)(filter),
    }
  },
}

export const selfTestInputs: Readonly<Record<TestInput, TensorData>> = {
  x: spreadNumbers(486),
  filter: spreadNumbers(108, 500),
  weight: spreadNumbers(1000, 700),
}

export interface Load {
  readonly name: string
  readonly flops: number
  readonly definition: ProgramDefinition<'a' | 'b', 'y'>
  readonly inputs: Readonly<Record<'a' | 'b', TensorData>>
}

/** A product of two square matrices; 2 · size³ floating-point operations. Its output is one number, so copies do not count. */
export function matmulLoad(size: number): Load {
  return {
    name: `matmul ${size}`,
    flops: 2 * size ** 3,
    definition: {
      name: `matmul-${size}`,
      key: 'load',
      inputs: { a: { shape: [size, size] }, b: { shape: [size, size] } },
      build: ({ a, b }) => ({ y: tf.max(tf.matMul(a, b)) }),
    },
    inputs: { a: spreadNumbers(size * size), b: spreadNumbers(size * size, 1) },
  }
}

/** A 3×3 convolution of 32 to 64 channels of 32×32. */
export function convolutionLoad(batch: number): Load {
  return {
    name: `convolution ${batch}`,
    flops: 2 * batch * 64 * 32 * 32 * 32 * 9,
    definition: {
      name: `convolution-${batch}`,
      key: 'load',
      inputs: { a: { shape: [batch, 32, 32, 32] }, b: { shape: [64, 32, 3, 3] } },
      build: ({ a, b }) => ({ y: tf.max(conv2d(a, b, { strides: [1, 1], pads: [1, 1, 1, 1] })) }),
    },
    inputs: { a: spreadNumbers(batch * 32 * 1024), b: spreadNumbers(64 * 32 * 9, 1) },
  }
}
