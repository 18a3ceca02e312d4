// A network of every shape of neuron, and images for it, whose scores plain float64 loops can repeat.
import { createDataset, type Dataset } from '../../core/data/dataset.ts'
import { SeededRandom } from '../../core/data/random.ts'
import { createNetwork, type Network, type Parameter } from '../../core/nn/index.ts'

/** 2×3×3 images: conv to 3×2×2, relu, flatten, dense to 4, batch norm, relu, dense to 3 classes. 16 neurons. */
export function convNetwork(seed = 1): Network {
  const random = new SeededRandom(seed)
  const drawn = (...shape: number[]): Parameter => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
  })
  const positive = (...shape: number[]): Parameter => ({ shape, data: drawn(...shape).data.map(Math.abs) })
  return createNetwork({
    name: 'conv',
    inputShape: [2, 3, 3],
    nodes: [
      { id: 'conv1', layer: { kind: 'conv2d', weight: drawn(3, 2, 2, 2), bias: drawn(3), strides: [1, 1], pads: [0, 0, 0, 0] } },
      { id: 'relu1', layer: { kind: 'relu' } },
      { id: 'flat', layer: { kind: 'flatten' } },
      { id: 'dense1', layer: { kind: 'dense', weight: drawn(4, 12), bias: drawn(4) } },
      { id: 'bn1', layer: { kind: 'batchNorm', gamma: drawn(4), beta: drawn(4), mean: drawn(4), variance: positive(4), epsilon: 1e-5 } },
      { id: 'relu2', layer: { kind: 'relu' } },
      { id: 'out', layer: { kind: 'dense', weight: drawn(3, 4), bias: drawn(3) } },
    ],
  }) // prettier-ignore
}

/** Random images of the network above. */
export function images(count: number, seed = 5): Dataset {
  const random = new SeededRandom(seed)
  return createDataset({
    name: 'noise',
    split: 'train',
    shape: [2, 3, 3],
    classes: ['a', 'b', 'c'],
    pixels: Uint8Array.from({ length: count * 18 }, () => random.integer(256)),
    labels: Uint8Array.from({ length: count }, () => random.integer(3)),
    source: 'test',
  })
}
