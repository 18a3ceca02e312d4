// Second derivatives through kernels where TensorFlow.js by itself gives none, against finite differences.
import '@tensorflow/tfjs-backend-cpu'
import { beforeAll, describe, expect, it } from 'vitest'
import { tf, type Tensor } from '../../core/engine/tensor.ts'

beforeAll(async () => {
  tf.env().set('IS_TEST', true)
  await tf.setBackend('cpu')
})

const functions: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  exp: tf.exp,
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
  softmax: (x) => tf.mul(tf.softmax(x), [1, 2, 3]),
  logSumExp: (x) => tf.logSumExp(x),
  max: (x) => tf.square(tf.max(x)),
  min: (x) => tf.square(tf.min(x)),
  'a product of sigmoid and x': (x) => tf.mul(tf.sigmoid(x), x),
  clipByValue: (x) => tf.mul(tf.clipByValue(x, -0.5, 2), x),
  leakyRelu: (x) => tf.mul(tf.leakyRelu(x, 0.1), x),
  maximum: (x) => tf.mul(tf.maximum(x, 0.1), x),
}

describe.each(Object.entries(functions))('%s', (_name, f) => {
  it('has its second derivative', () => {
    const x = tf.tensor([0.3, -0.7, 1.2])
    const direction = [0.4, -0.3, 0.8]
    const slope = (at: Tensor): Tensor => tf.sum(tf.mul(tf.grad((point: Tensor) => tf.sum(f(point)))(at), [1, -2, 0.5]))
    const analytic = Array.from(tf.grad(slope)(x).dataSync<'float32'>())
    const step = 1e-2
    const at = (sign: number): number => slope(tf.add(x, tf.mul(direction, sign * step))).dataSync()[0]
    const numeric = (at(1) - at(-1)) / (2 * step)
    expect(analytic.reduce((sum, value, i) => sum + value * direction[i], 0)).toBeCloseTo(numeric, 3)
    expect(Math.abs(numeric)).toBeGreaterThan(1e-3)
  })
})
