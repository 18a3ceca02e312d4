// A FAT training step with the GradAlign regulariser on a small convolutional network: second order through convolutions.
import { conv2d } from '../../../core/engine/ops/conv2d.ts'
import type { ProgramDefinition, TensorData } from '../../../core/engine/engine.ts'
import { tf } from '../../../core/engine/tensor.ts'
import type { Tensor } from '../../../core/engine/tensor.ts'
import { spread } from '../parity/case.ts'

export interface GradAlignSize {
  readonly batch: number
  readonly image: readonly [channels: number, height: number, width: number]
  /** Output channels, kernel and padding of each stride-2 convolution. */
  readonly convolutions: readonly { readonly out: number; readonly kernel: number; readonly pad: number }[]
  readonly hidden: number
}

/** CNN-B of the spike: two convolutions of 32 and 128 channels, 8192 features, 250 hidden neurons. */
export const cnnB: GradAlignSize = {
  batch: 128,
  image: [3, 32, 32],
  convolutions: [
    { out: 32, kernel: 5, pad: 2 },
    { out: 128, kernel: 4, pad: 1 },
  ],
  hidden: 250,
}

export const narrowCnnB: GradAlignSize = {
  batch: 2,
  image: [3, 8, 8],
  convolutions: [
    { out: 3, kernel: 5, pad: 2 },
    { out: 4, kernel: 4, pad: 1 },
  ],
  hidden: 10,
}

const epsilon = 8 / 255
const classes = 10

/** Shapes of the weights, in order: filter and bias of each convolution, matrix and bias of the two dense layers. */
export function weightShapes({ image, convolutions, hidden }: GradAlignSize): readonly (readonly number[])[] {
  let [channels, height, width] = image
  const shapes: (readonly number[])[] = []
  for (const { out, kernel, pad } of convolutions) {
    shapes.push([out, channels, kernel, kernel], [1, out, 1, 1])
    channels = out
    height = Math.floor((height + 2 * pad - kernel) / 2) + 1
    width = Math.floor((width + 2 * pad - kernel) / 2) + 1
  }
  return [...shapes, [channels * height * width, hidden], [hidden], [hidden, classes], [classes]]
}

function logits(size: GradAlignSize, x: Tensor, weights: readonly Tensor[]): Tensor {
  let at = 0
  const next = () => weights[at++]
  let h = x
  for (const { pad } of size.convolutions) {
    const y = conv2d(h, next(), { strides: [2, 2], pads: [pad, pad, pad, pad] })
    h = tf.relu(tf.add(y, next()))
  }
  h = tf.relu(tf.add(tf.matMul(tf.reshape(h, [size.batch, -1]), next()), next()))
  return tf.add(tf.matMul(h, next()), next())
}

function alignment(a: Tensor, b: Tensor, batch: number): Tensor {
  const [left, right] = [tf.reshape(a, [batch, -1]), tf.reshape(b, [batch, -1])]
  const dot = tf.sum(tf.mul(left, right), 1)
  const norms = tf.mul(tf.sqrt(tf.sum(tf.square(left), 1)), tf.sqrt(tf.sum(tf.square(right), 1)))
  return tf.mean(tf.div(dot, tf.add(norms, 1e-12)))
}

/** Inputs x, y (one-hot), noise and w0…; outputs the loss and the weights after one step of gradient descent. */
export function gradAlignStep(size: GradAlignSize): ProgramDefinition<string, string> {
  const shapes = weightShapes(size)
  const image = { shape: [size.batch, ...size.image] }
  const names = shapes.map((_, index) => `w${index}`)
  return {
    name: 'grad-align-step',
    key: JSON.stringify(size),
    inputs: {
      x: image,
      y: { shape: [size.batch, classes] },
      noise: image,
      ...Object.fromEntries(shapes.map((shape, index) => [names[index], { shape }])),
    },
    build(inputs) {
      const { x, y, noise } = inputs
      const crossEntropy = (at: Tensor, weights: readonly Tensor[]) =>
        tf.neg(tf.div(tf.sum(tf.mul(tf.logSoftmax(logits(size, at, weights)), y)), size.batch))
      const inputGradient = (at: Tensor, weights: readonly Tensor[]) =>
        tf.grad((z: Tensor) => crossEntropy(z, weights))(at)
      const loss = (...weights: Tensor[]): tf.Scalar => {
        const clean = inputGradient(x, weights)
        const noisy = inputGradient(tf.add(x, noise), weights)
        const attacked = tf.clipByValue(tf.add(x, tf.mul(tf.sign(noisy), epsilon)), 0, 1)
        const regulariser = tf.sub(1, alignment(clean, noisy, size.batch))
        return tf.add(crossEntropy(attacked, weights), tf.mul(regulariser, 0.2))
      }
      const weights = names.map((name) => inputs[name])
      const { value, grads } = tf.valueAndGrads(loss)(weights)
      const stepped = names.map((name, index) => [name, tf.sub(weights[index], tf.mul(grads[index], 0.01))] as const)
      return { loss: value, ...Object.fromEntries(stepped) }
    },
  }
}

export function gradAlignInputs(size: GradAlignSize): Record<string, TensorData> {
  const pixels = size.batch * size.image.reduce((product, extent) => product * extent, 1)
  const labels = new Float32Array(size.batch * classes)
  for (let image = 0; image < size.batch; image += 1) labels[image * classes + (image % classes)] = 1
  const weights = weightShapes(size).map((shape, index): [string, TensorData] => {
    const count = shape.reduce((product, extent) => product * extent, 1)
    const fanIn = shape.length === 4 && count > 200 ? count / shape[0] : shape.length === 2 ? shape[0] : 10
    const bound = 1 / Math.sqrt(fanIn)
    return [`w${index}`, spread(count, -bound, bound, 1000 * index)]
  })
  return {
    x: spread(pixels, 0, 1),
    y: labels,
    noise: spread(pixels, -0.03, 0.03, 77),
    ...Object.fromEntries(weights),
  }
}
