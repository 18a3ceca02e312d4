// Random small networks over every layer kind, as a fast-check arbitrary, and points to try them on.
import fc from 'fast-check'
import { SeededRandom } from '../../core/data/random.ts'
import {
  createNetwork,
  sizeOf,
  type Layer,
  type Network,
  type NetworkDescription,
  type Parameter,
  type Shape,
} from '../../core/nn/index.ts'

type Draw = (shape: Shape, low?: number, high?: number) => Parameter

/** What a block adds, given the shape so far; null where it does not fit. */
type Block = (shape: Shape, draw: Draw, choice: number) => Layer | null

const perChannel = (draw: Draw, channels: number): Layer => ({
  kind: 'batchNorm',
  gamma: draw([channels], -1.5, 1.5),
  beta: draw([channels]),
  mean: draw([channels]),
  variance: draw([channels], 0.1, 3),
  epsilon: 1e-5,
})

const graft = (draw: Draw, shape: Shape, kind: 'graftedRelu' | 'graftedSigmoid'): Layer => {
  const mask = draw(shape, 0, 1)
  return {
    kind,
    mask: { shape, data: mask.data.map((value) => Math.round(value)) },
    slope: draw(shape),
    intercept: draw(shape),
  }
}

export const blocks = {
  dense: ([features, ...rest], draw, choice) =>
    rest.length > 0 ? null : { kind: 'dense', weight: draw([2 + choice, features]), bias: draw([2 + choice]) },
  conv2d: (shape, draw, choice) => {
    if (shape.length !== 3 || Math.min(shape[1], shape[2]) < 3) return null
    return {
      kind: 'conv2d',
      weight: draw([2 + (choice % 2), shape[0], 3, 2]),
      bias: draw([2 + (choice % 2)]),
      strides: choice > 1 ? [2, 1] : [1, 1],
      pads: choice === 0 ? [0, 0, 0, 0] : [1, 0, 2, choice - 1],
    }
  },
  avgPool: (shape, _draw, choice) =>
    shape.length !== 3 || Math.min(shape[1], shape[2]) < 2
      ? null
      : { kind: 'avgPool', kernel: [2, 2], strides: [1, 2], pads: choice === 0 ? [0, 0, 0, 0] : [1, 0, 0, 1] },
  batchNorm: ([channels], draw) => perChannel(draw, channels),
  affine: ([channels], draw) => ({ kind: 'affine', scale: draw([channels]), shift: draw([channels]) }),
  relu: () => ({ kind: 'relu' }),
  sigmoid: () => ({ kind: 'sigmoid' }),
  graftedRelu: (shape, draw) => graft(draw, shape, 'graftedRelu'),
  graftedSigmoid: (shape, draw) => graft(draw, shape, 'graftedSigmoid'),
  flatten: () => ({ kind: 'flatten' }),
  gather: (shape, _draw, choice) => {
    const size = sizeOf(shape)
    if (choice === 0) return { kind: 'gather', shape: [size], indices: null }
    const indices = Array.from({ length: size }, (_, i) => (choice === 1 ? size - 1 - i : Math.floor(i / 2)))
    return { kind: 'gather', shape: shape.length === 3 ? [shape[0], shape[2], shape[1]] : shape, indices }
  },
  add: () => ({ kind: 'add' }),
} satisfies Record<Layer['kind'], Block>

export interface Plan {
  readonly inputShape: Shape
  readonly steps: readonly { readonly kind: Layer['kind']; readonly choice: number }[]
  readonly seed: number
}

/** The network of a plan; steps that do not fit are left out. An `add` joins the last two nodes of equal shape. */
export function networkOf({ inputShape, steps, seed }: Plan): Network {
  const random = new SeededRandom(seed)
  const draw: Draw = (shape, low = -1, high = 1) => ({
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, () => random.between(low, high)),
  })
  let network: Network = createNetwork({
    name: 'random',
    inputShape,
    nodes: [{ id: 'first', layer: { kind: 'relu' } }],
  })
  for (const [index, { kind, choice }] of steps.entries()) {
    const { shape } = network.nodes[network.nodes.length - 1]
    const layer = blocks[kind](shape, draw, choice)
    if (!layer) continue
    const partner = kind === 'add' ? earlierOfShape(network, shape) : null
    if (partner === undefined) continue
    const node = { id: `n${index}`, layer, inputs: partner === null ? [network.output] : [network.output, partner] }
    network = createNetwork({ name: 'random', inputShape, nodes: [...network.nodes, node] })
  }
  const classes = network.nodes[network.nodes.length - 1].shape
  const last: NetworkDescription['nodes'] = [
    { id: 'flat', layer: { kind: 'flatten' } },
    { id: 'logits', layer: { kind: 'dense', weight: draw([3, sizeOf(classes)]), bias: draw([3]) } },
  ]
  return createNetwork({ name: 'random', inputShape, nodes: [...network.nodes, ...last] })
}

/** The first of the earlier nodes of the same shape, for a residual sum. */
function earlierOfShape(network: Network, shape: Shape): string | undefined {
  return network.nodes.slice(0, -1).find((node) => node.shape.join() === shape.join())?.id
}

const kinds = Object.keys(blocks) as Layer['kind'][]

export const randomPlan: fc.Arbitrary<Plan> = fc.record({
  inputShape: fc.oneof(
    fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 4, max: 7 }), fc.integer({ min: 4, max: 6 })),
    fc.tuple(fc.integer({ min: 2, max: 6 })),
  ),
  steps: fc.array(fc.record({ kind: fc.constantFrom(...kinds), choice: fc.integer({ min: 0, max: 2 }) }), {
    minLength: 1,
    maxLength: 10,
  }),
  seed: fc.integer({ min: 0, max: 1_000_000 }),
})

/** A point of the network's input in [-1, 1]; every number is a float32. */
export function pointOf(network: Network, seed: number): Float64Array {
  const random = new SeededRandom(seed).fork('point')
  return Float64Array.from({ length: sizeOf(network.inputShape) }, () => Math.fround(random.between(-1, 1)))
}

/** Largest difference relative to the largest magnitude (at least 1). */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity
  let difference = 0
  let magnitude = 1
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i] - expected[i]))
    magnitude = Math.max(magnitude, Math.abs(expected[i]))
    if (Number.isNaN(actual[i]) !== Number.isNaN(expected[i])) return Infinity
  }
  return difference / magnitude
}
