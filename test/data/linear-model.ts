// Softmax regression in plain loops: what a linear model reaches on a dataset.
import type { DatasetPair } from '../../core/data/dataset.ts'
import type { SeededRandom } from '../../core/data/random.ts'

interface Options {
  readonly epochs: number
  readonly rate: number
  readonly random: SeededRandom
}

/** Test accuracy after stochastic gradient descent, one image a step, the rate falling to 0 linearly. */
export function linearAccuracy({ train, test }: DatasetPair, { epochs, rate, random }: Options): number {
  const size = train.shape[0] * train.shape[1] * train.shape[2]
  const classes = train.classes.length
  const weights = new Float32Array((size + 1) * classes)
  const image = new Float32Array(size)
  const steps = epochs * train.count
  for (let epoch = 0, step = 0; epoch < epochs; epoch++) {
    for (const index of random.permutation(train.count)) {
      train.batch([index], image)
      const scores = softmax(logits(weights, image, classes))
      scores[train.labels[index]] -= 1
      addOuter(weights, image, scores, -rate * (1 - step++ / steps))
    }
  }
  let right = 0
  for (let index = 0; index < test.count; index++) {
    const scores = logits(weights, test.batch([index], image), classes)
    if (scores.indexOf(Math.max(...scores)) === test.labels[index]) right++
  }
  return right / test.count
}

function logits(weights: Float32Array, image: Float32Array, classes: number): Float32Array {
  const out = weights.slice(image.length * classes)
  for (let pixel = 0; pixel < image.length; pixel++) {
    const value = image[pixel]
    if (value === 0) continue
    const row = pixel * classes
    for (let k = 0; k < classes; k++) out[k] += value * weights[row + k]
  }
  return out
}

function softmax(scores: Float32Array): Float32Array {
  const largest = Math.max(...scores)
  const powers = scores.map((score) => Math.exp(score - largest))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map((power) => power / sum)
}

function addOuter(weights: Float32Array, image: Float32Array, errors: Float32Array, factor: number): void {
  const classes = errors.length
  for (let pixel = 0; pixel <= image.length; pixel++) {
    const value = pixel < image.length ? image[pixel] : 1
    if (value === 0) continue
    for (let k = 0; k < classes; k++) weights[pixel * classes + k] += factor * value * errors[k]
  }
}
