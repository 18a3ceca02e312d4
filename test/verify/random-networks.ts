// Small random networks of every piecewise linear layer kind, for property tests against the brute-force oracle.
import fc from 'fast-check'
import { SeededRandom } from '../../core/data/random.ts'
import type { Box, OutputRows } from '../../core/bounds/box.ts'
import { createNetwork, type Layer, type Network, type Parameter } from '../../core/nn/index.ts'

export const families = ['dense', 'grafted', 'batchNorm', 'conv', 'residual'] as const
export type Family = (typeof families)[number]

/** Parameters drawn from a normal distribution, float32 like trained ones. */
export function parameter(random: SeededRandom, shape: readonly number[], scale: number, shift = 0): Parameter {
  const size = shape.reduce((a, b) => a * b, 1)
  return { shape, data: Float32Array.from({ length: size }, () => shift + scale * random.normal()) }
}

export function dense(random: SeededRandom, out: number, inputs: number): Layer {
  return {
    kind: 'dense',
    weight: parameter(random, [out, inputs], 1 / Math.sqrt(inputs)),
    bias: parameter(random, [out], 0.2),
  }
}

export function conv(random: SeededRandom, out: number, inputs: number, kernel = 2, stride = 1): Layer {
  return {
    kind: 'conv2d',
    weight: parameter(random, [out, inputs, kernel, kernel], 1 / Math.sqrt(inputs * kernel * kernel)),
    bias: parameter(random, [out], 0.2),
    strides: [stride, stride],
    pads: [0, 0, kernel - 1, kernel - 1],
  }
}

export function grafted(random: SeededRandom, shape: readonly number[]): Layer {
  const size = shape.reduce((a, b) => a * b, 1)
  return {
    kind: 'graftedRelu',
    mask: { shape, data: Float32Array.from({ length: size }, () => (random.uniform() < 0.5 ? 1 : 0)) },
    slope: parameter(random, shape, 0.3, 0.2),
    intercept: parameter(random, shape, 0.1),
  }
}

function batchNorm(random: SeededRandom, channels: number): Layer {
  const variance = parameter(random, [channels], 0.5)
  return {
    kind: 'batchNorm',
    gamma: parameter(random, [channels], 0.3, 1),
    beta: parameter(random, [channels], 0.2),
    mean: parameter(random, [channels], 0.2),
    variance: { shape: [channels], data: variance.data.map((v) => 0.5 + Math.abs(v)) },
    epsilon: 1e-5,
  }
}

/** A random network of at most 12 ReLU neurons (grafted ones not counted) with 3 outputs. */
export function randomNetwork(family: Family, seed: number): Network {
  const random = new SeededRandom(seed).fork(family)
  const relu: Layer = { kind: 'relu' }
  const name = `${family} ${seed}`
  switch (family) {
    case 'dense':
      return createNetwork({
        name,
        inputShape: [3],
        nodes: [
          { id: 'a', layer: dense(random, 5, 3) },
          { id: 'ra', layer: relu },
          { id: 'b', layer: dense(random, 5, 5) },
          { id: 'rb', layer: relu },
          { id: 'c', layer: dense(random, 3, 5) },
        ],
      })
    case 'grafted':
      return createNetwork({
        name,
        inputShape: [3],
        nodes: [
          { id: 'a', layer: dense(random, 6, 3) },
          { id: 'ra', layer: grafted(random, [6]) },
          { id: 'b', layer: dense(random, 5, 6) },
          { id: 'rb', layer: grafted(random, [5]) },
          { id: 'c', layer: dense(random, 3, 5) },
        ],
      })
    case 'batchNorm':
      return createNetwork({
        name,
        inputShape: [3],
        nodes: [
          {
            id: 'scale',
            layer: { kind: 'affine', scale: parameter(random, [3], 0.2, 2), shift: parameter(random, [3], 0.3) },
          },
          { id: 'a', layer: dense(random, 5, 3) },
          { id: 'na', layer: batchNorm(random, 5) },
          { id: 'ra', layer: relu },
          { id: 'b', layer: dense(random, 4, 5) },
          { id: 'nb', layer: batchNorm(random, 4) },
          { id: 'rb', layer: relu },
          { id: 'c', layer: dense(random, 3, 4) },
        ],
      })
    case 'conv':
      return createNetwork({
        name,
        inputShape: [1, 3, 3],
        nodes: [
          { id: 'a', layer: conv(random, 2, 1, 2, 2) },
          { id: 'ra', layer: relu },
          { id: 'pool', layer: { kind: 'avgPool', kernel: [2, 2], strides: [1, 1], pads: [0, 0, 0, 1] } },
          { id: 'flat', layer: { kind: 'flatten' } },
          { id: 'b', layer: dense(random, 2, 4) },
          { id: 'rb', layer: relu },
          { id: 'c', layer: dense(random, 3, 2) },
        ],
      })
    case 'residual':
      return createNetwork({
        name,
        inputShape: [1, 2, 2],
        nodes: [
          { id: 'a', layer: conv(random, 1, 1) },
          { id: 'ra', layer: relu },
          { id: 'b', layer: conv(random, 1, 1), inputs: ['ra'] },
          { id: 'sum', layer: { kind: 'add' }, inputs: ['b', 'ra'] },
          { id: 'rb', layer: relu },
          { id: 'skip', layer: { kind: 'add' }, inputs: ['rb', 'a'] },
          { id: 'flat', layer: { kind: 'flatten' } },
          { id: 'c', layer: dense(random, 3, 4) },
        ],
      })
  }
}

/** A box around a random point, of the given radius. */
export function randomBox(network: Network, seed: number, radius: number): Box {
  const random = new SeededRandom(seed).fork('box')
  const size = network.inputShape.reduce((a, b) => a * b, 1)
  const centre = Float64Array.from({ length: size }, () => random.uniform())
  return { lower: centre.map((v) => v - radius), upper: centre.map((v) => v + radius) }
}

/** One row f_0 − f_1 + offset. */
export function differenceRow(offset = 0): OutputRows {
  return { rows: 1, coefficients: Float64Array.of(1, -1, 0), offsets: Float64Array.of(offset) }
}

/** A network of a random family with a box. */
export const networkCase = fc
  .record({
    family: fc.constantFrom(...families),
    seed: fc.integer({ min: 0, max: 1e6 }),
    radius: fc.double({ min: 0.05, max: 0.8, noNaN: true }),
  })
  .map(({ family, seed, radius }) => {
    const network = randomNetwork(family, seed)
    return { family, seed, radius, network, box: randomBox(network, seed, radius) }
  })
