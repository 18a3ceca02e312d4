// A tiny network with every kind of trained parameter, images for it, and the objective of a method as a program.
import type { TrainMethod } from '../../../core/contract/recipe.ts'
import { createDataset, createDatasetPair, type DatasetPair } from '../../../core/data/dataset.ts'
import { SeededRandom } from '../../../core/data/random.ts'
import type { Engine, Program } from '../../../core/engine/engine.ts'
import { tf } from '../../../core/engine/tensor.ts'
import { createNetwork, networkHash, sizeOf, type Network, type Parameter } from '../../../core/nn/index.ts'
import { layoutsOf } from '../../../core/train/evaluator.ts'
import { valueGradientsAndExtras } from '../../../core/train/gradients.ts'
import { packTensors, unpackTensors } from '../../../core/train/layout.ts'
import { ruleOfMethod } from '../../../core/train/methods/registry.ts'
import { stateOf } from '../../../core/train/state.ts'

/** One of each method, at work from the first epoch on. */
export const everyMethod: readonly TrainMethod[] = [
  { kind: 'standard' },
  { kind: 'fat', stepSize: 1.25, gradAlign: 0.2, sharedStart: false },
  { kind: 'fat', stepSize: 1.25, gradAlign: 0.2, sharedStart: true },
  { kind: 'fat', stepSize: 1.25, gradAlign: 0, sharedStart: false },
  { kind: 'pgd', steps: 3, stepSize: 0.5 },
  { kind: 'trades', steps: 2, stepSize: 0.6, beta: 2 },
  { kind: 'ibp', cleanEpochs: 1, rampEpochs: 2, cleanShare: 0.5, stability: 0.01 },
  { kind: 'crown-ibp', cleanEpochs: 0, rampEpochs: 3, cleanShare: 0.25, stability: 0 },
]

/** 1×4×4 → convolution, normalisation before it and batch norm after it if wanted, grafted ReLU (a third lines), dense, ReLU, 3 classes. */
export function tinyNetwork(seed: number, batchNorm = false): Network {
  const random = new SeededRandom(seed)
  const drawn = (shape: readonly number[], scale: number): Parameter => ({
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, () => scale * random.normal()),
  })
  const filled = (shape: readonly number[], value: (i: number) => number): Parameter => ({
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => value(i)),
  })
  const map = [2, 3, 3]
  const normalisation = {
    id: 'bn',
    layer: {
      kind: 'batchNorm',
      gamma: drawn([2], 1),
      beta: drawn([2], 0.2),
      mean: drawn([2], 0.2),
      variance: filled([2], () => 0.7),
      epsilon: 1e-5,
    },
  } as const
  const scaling = {
    id: 'normalise',
    layer: { kind: 'affine', scale: filled([1], () => 1.5), shift: filled([1], () => -0.4) },
  } as const
  return createNetwork({
    name: 'tiny',
    inputShape: [1, 4, 4],
    nodes: [
      ...(batchNorm ? [scaling] : []),
      {
        id: 'conv',
        layer: {
          kind: 'conv2d',
          weight: drawn([2, 1, 2, 2], 0.8),
          bias: drawn([2], 0.2),
          strides: [1, 1],
          pads: [0, 0, 0, 0],
        },
      },
      ...(batchNorm ? [normalisation] : []),
      {
        id: 'graft',
        layer: {
          kind: 'graftedRelu',
          mask: filled(map, (i) => Number(i % 3 === 0)),
          slope: filled(map, () => 0.4),
          intercept: drawn(map, 0.1),
        },
      },
      { id: 'flat', layer: { kind: 'flatten' } },
      { id: 'hidden', layer: { kind: 'dense', weight: drawn([5, 18], 0.5), bias: drawn([5], 0.2) } },
      { id: 'relu', layer: { kind: 'relu' } },
      { id: 'out', layer: { kind: 'dense', weight: drawn([3, 5], 0.7), bias: drawn([3], 0.2) } },
    ],
  })
}

/** Images of 4×4 pixels, of three classes by where they are brightest. */
export function tinyData(count = 60, seed = 3): DatasetPair {
  const split = (name: 'train' | 'test') => {
    const random = new SeededRandom(seed).fork(name)
    const labels = Uint8Array.from({ length: count }, () => random.integer(3))
    const pixels = Uint8Array.from({ length: 16 * count }, (_, i) => {
      const bright = Math.floor((i % 16) / 5) === labels[Math.floor(i / 16)]
      return random.integer(128) + (bright ? 127 : 0)
    })
    const parts = { name: 'tiny', shape: [1, 4, 4] as const, classes: ['a', 'b', 'c'], source: 'test' }
    return createDataset({ ...parts, split: name, pixels, labels })
  }
  return createDatasetPair('tiny', split('train'), split('test'))
}

/** Loss and gradient of a method at `weights`, with attacks and detached gradients made at `base`: flat vectors. */
export function compileObjective(
  engine: Engine,
  network: Network,
  method: TrainMethod,
  batch: number,
  epsilon: number,
): Promise<Program<string, 'loss' | 'gradient'>> {
  const layouts = layoutsOf(network)
  const rule = ruleOfMethod(method)
  const dials = rule.dials(method, { epochs: 2, epsilon })
  const images = { shape: [batch, ...network.inputShape] }
  const state = stateOf(network, layouts)
  return engine.compile<string, 'loss' | 'gradient'>({
    name: 'objective',
    key: JSON.stringify([networkHash(network), method, epsilon]),
    inputs: {
      base: { shape: [layouts.weights.length] },
      weights: { shape: [layouts.weights.length] },
      images,
      targets: { shape: [batch, 3] },
      ...Object.fromEntries(Array.from({ length: rule.noises(method) }, (_, k) => [`noise${k}`, images])),
    },
    build: (given) => {
      const fixed = {
        ...(layouts.statistics.length > 0 ? unpackTensors(layouts.statistics, tf.tensor(state.statistics)) : {}),
        ...unpackTensors(layouts.grafts, tf.tensor(state.grafts)),
      }
      const objective = rule.objective(method, {
        network,
        images: given.images,
        targets: given.targets,
        current: { ...fixed, ...unpackTensors(layouts.weights, given.base) },
        noise: Array.from({ length: rule.noises(method) }, (_, k) => given[`noise${k}`]),
        dials: Object.fromEntries(Object.entries(dials).map(([name, value]) => [name, tf.scalar(value)])),
        epsilon,
      })
      const names = layouts.weights.entries.map(({ name }) => name)
      const parameters = unpackTensors(layouts.weights, given.weights)
      const { value, gradients } = valueGradientsAndExtras(
        (values) => {
          const named = Object.fromEntries(names.map((name, k) => [name, values[k]]))
          return { value: objective({ ...fixed, ...named }).value, extras: {} }
        },
        names.map((name) => parameters[name]),
      )
      const byName = Object.fromEntries(names.map((name, k) => [name, gradients[k]]))
      return { loss: tf.reshape(value, [1]), gradient: packTensors(layouts.weights, byName) }
    },
  })
}
