// Small networks and datasets whose numbers a person can check.
import type { TrainOptions } from '../../core/contract/recipe.ts'
import { trainSchema } from '../../core/contract/recipe.ts'
import { createDataset, createDatasetPair, type Dataset, type DatasetPair } from '../../core/data/dataset.ts'
import { SeededRandom } from '../../core/data/random.ts'
import { createNetwork, type Network, type Parameter } from '../../core/nn/index.ts'

export function parameter(shape: readonly number[], values: readonly number[]): Parameter {
  return { shape, data: Float32Array.from(values) }
}

/** logits = W x + b of two inputs and two classes. */
export function linear(weight: readonly number[], bias: readonly number[] = [0, 0]): Network {
  const layer = { kind: 'dense', weight: parameter([2, 2], weight), bias: parameter([2], bias) } as const
  return createNetwork({ name: 'linear', inputShape: [2], nodes: [{ id: 'out', layer }] })
}

/** 2 inputs, `hidden` neurons with batch norm and ReLU, 2 classes; seeded weights. */
export function smallNetwork(hidden = 6, seed = 1): Network {
  const random = new SeededRandom(seed)
  const drawn = (...shape: number[]): Parameter => {
    const size = shape.reduce((product, extent) => product * extent, 1)
    return parameter(
      shape,
      Array.from({ length: size }, () => random.normal()),
    )
  }
  const filled = (value: number): Parameter => parameter([hidden], Array<number>(hidden).fill(value))
  return createNetwork({
    name: 'small',
    inputShape: [2],
    nodes: [
      { id: 'dense1', layer: { kind: 'dense', weight: drawn(hidden, 2), bias: drawn(hidden) } },
      {
        id: 'bn1',
        layer: {
          kind: 'batchNorm',
          gamma: filled(1),
          beta: filled(0),
          mean: filled(0),
          variance: filled(1),
          epsilon: 1e-5,
        },
      },
      { id: 'relu1', layer: { kind: 'relu' } },
      { id: 'dense2', layer: { kind: 'dense', weight: drawn(2, hidden), bias: drawn(2) } },
    ],
  })
}

/** Images of two pixels; class 1 where they differ by more than a third of the range: not linearly separable. */
export function stripes(count: number, split: 'train' | 'test', seed = 7): Dataset {
  const random = new SeededRandom(seed).fork(split)
  const pixels = Uint8Array.from({ length: 2 * count }, () => random.integer(256))
  const labels = Uint8Array.from({ length: count }, (_, i) => Number(Math.abs(pixels[2 * i] - pixels[2 * i + 1]) > 85))
  return createDataset({
    name: 'stripes',
    split,
    shape: [1, 1, 2],
    classes: ['near', 'far'],
    pixels,
    labels,
    source: 'test',
  })
}

export function stripesPair(train = 333, test = 100): DatasetPair {
  return createDatasetPair('stripes', stripes(train, 'train'), stripes(test, 'test'))
}

/** Options with the schema's defaults. */
export function options(given: Partial<TrainOptions> = {}): TrainOptions {
  return { ...trainSchema.parse({}), ...given }
}

/** `images` of two float pixels with their labels. */
export function points(images: readonly (readonly [number, number])[], labels: readonly number[]): Dataset {
  return createDataset({
    name: 'points',
    split: 'test',
    shape: [1, 1, 2],
    classes: ['a', 'b'],
    pixels: Float32Array.from(images.flat()),
    labels: Uint8Array.from(labels),
    source: 'test',
  })
}
