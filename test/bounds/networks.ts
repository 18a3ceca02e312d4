// Small random networks of every kind, boxes and rows: the material of the property tests of bounds and branch and bound.
import type { Box, OutputRows } from '../../core/bounds/box.ts'
import { SeededRandom } from '../../core/data/random.ts'
import { fuseBatchNorm } from '../../core/nn/fuse.ts'
import {
  createNetwork,
  sizeOf,
  type Layer,
  type Network,
  type NetworkDescription,
  type Parameter,
} from '../../core/nn/index.ts'

export type Kind = 'dense' | 'conv' | 'residual' | 'batchNorm' | 'grafted' | 'sigmoid' | 'graftedSigmoid' | 'pooled'
export const kinds: readonly Kind[] = [
  ...(['dense', 'conv', 'residual', 'batchNorm', 'grafted', 'sigmoid', 'graftedSigmoid', 'pooled'] as const),
]
/** Kinds whose every nonlinearity is piecewise linear. */
export const piecewiseLinearKinds = kinds.filter((kind) => !isCurved(kind))

export function isCurved(kind: Kind): boolean {
  return kind === 'sigmoid' || kind === 'graftedSigmoid'
}

type Nodes = NetworkDescription['nodes'][number][]

export function parameter(shape: readonly number[], make: () => number): Parameter {
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, make) }
}

export function dense(weights: readonly (readonly number[])[], biases: readonly number[]): Layer {
  return {
    kind: 'dense',
    weight: { shape: [weights.length, weights[0].length], data: Float32Array.from(weights.flat()) },
    bias: { shape: [biases.length], data: Float32Array.from(biases) },
  }
}

export const relu: Layer = { kind: 'relu' }

/** A fused network of the given kind with few neurons (at most 12), 1×4×4 or 3 inputs, 2 outputs. */
export function randomNetwork(kind: Kind, seed: number): Network {
  const random = new SeededRandom(seed)
  const normal = (scale: number) => (): number => scale * random.normal()
  const linear = (inputs: number, outputs: number): Layer => ({
    kind: 'dense',
    weight: parameter([outputs, inputs], normal(1.5 / Math.sqrt(inputs))),
    bias: parameter([outputs], normal(0.3)),
  })
  const convolution = (from: number, to: number, stride: number): Layer => ({
    kind: 'conv2d',
    weight: parameter([to, from, 3, 3], normal(0.6)),
    bias: parameter([to], normal(0.3)),
    strides: [stride, stride],
    pads: stride === 1 ? [1, 1, 1, 1] : [1, 0, 0, 1],
  })
  const nodes = nodesOf(kind, random, linear, convolution)
  const flat = kind === 'dense' || kind === 'grafted' || kind === 'batchNorm' || isCurved(kind)
  const inputShape = flat ? [3] : [1, 4, 4]
  return fuseBatchNorm(createNetwork({ name: `${kind}-${seed}`, inputShape, nodes }))
}

function nodesOf(
  kind: Kind,
  random: SeededRandom,
  linear: (inputs: number, outputs: number) => Layer,
  convolution: (from: number, to: number, stride: number) => Layer,
): Nodes {
  const normal = (): number => random.normal()
  switch (kind) {
    case 'dense':
      return named([linear(3, 5), relu, linear(5, 4), relu, linear(4, 2)])
    case 'sigmoid':
      return named([linear(3, 5), { kind: 'sigmoid' }, linear(5, 4), { kind: 'sigmoid' }, linear(4, 2)])
    case 'batchNorm': {
      const norm: Layer = {
        kind: 'batchNorm',
        gamma: parameter([5], normal),
        beta: parameter([5], normal),
        mean: parameter([5], normal),
        variance: parameter([5], () => 0.2 + random.uniform()),
        epsilon: 1e-5,
      }
      return named([linear(3, 5), norm, relu, linear(5, 3), relu, linear(3, 2)])
    }
    case 'grafted':
    case 'graftedSigmoid': {
      const graft: Layer = {
        kind: kind === 'grafted' ? 'graftedRelu' : 'graftedSigmoid',
        mask: parameter([5], () => (random.uniform() < 0.5 ? 1 : 0)),
        slope: parameter([5], normal),
        intercept: parameter([5], normal),
      }
      const other: Layer = kind === 'grafted' ? relu : { kind: 'sigmoid' }
      return named([linear(3, 5), graft, linear(5, 4), other, linear(4, 2)])
    }
    case 'conv':
      return named([convolution(1, 1, 2), relu, { kind: 'flatten' }, linear(4, 4), relu, linear(4, 2)])
    case 'pooled':
      return named([
        convolution(1, 1, 2),
        relu,
        { kind: 'avgPool', kernel: [2, 2], strides: [1, 1], pads: [0, 0, 0, 0] },
        { kind: 'flatten' },
        linear(1, 3),
        relu,
        linear(3, 2),
      ])
    case 'residual':
      return [
        { id: 'stem', layer: convolution(1, 1, 2) },
        { id: 'a', layer: relu },
        { id: 'main', layer: convolution(1, 1, 1) },
        { id: 'b', layer: relu },
        { id: 'branch', layer: convolution(1, 1, 1) },
        { id: 'join', layer: { kind: 'add' }, inputs: ['branch', 'a'] },
        { id: 'c', layer: relu },
        { id: 'flat', layer: { kind: 'flatten' } },
        { id: 'out', layer: linear(4, 2) },
      ]
  }
}

function named(layers: readonly Layer[]): Nodes {
  return layers.map((layer, i) => ({ id: `n${i}`, layer }))
}

/** A box around a random centre; `free` inputs have the radius, the others are fixed (absent: all are free). */
export function randomBox(network: Network, seed: number, radius: number, free?: number): Box {
  const random = new SeededRandom(seed)
  const size = sizeOf(network.inputShape)
  const centre = Float64Array.from({ length: size }, () => random.uniform())
  const chosen = new Set(random.permutation(size).subarray(0, free ?? size))
  const spread = (sign: number): Float64Array => centre.map((c, i) => c + (chosen.has(i) ? sign * radius : 0))
  return { lower: spread(-1), upper: spread(1) }
}

export function randomRows(rows: number, outputs: number, seed: number): OutputRows {
  const random = new SeededRandom(seed)
  return {
    rows,
    coefficients: Float64Array.from({ length: rows * outputs }, () => random.normal()),
    offsets: Float64Array.from({ length: rows }, () => random.normal()),
  }
}

/** One row c·f + d. */
export function row(coefficients: readonly number[], offset = 0): OutputRows {
  return { rows: 1, coefficients: Float64Array.from(coefficients), offsets: Float64Array.of(offset) }
}

/** Points of the box: corners of random signs and interior points. */
export function* samples(box: Box, count: number, seed: number): Generator<Float64Array> {
  const random = new SeededRandom(seed)
  for (let k = 0; k < count; k++) {
    const corner = k % 2 === 0
    yield box.lower.map((low, i) => {
      const t = random.uniform()
      return low + (box.upper[i] - low) * (corner ? Math.round(t) : t)
    })
  }
}
