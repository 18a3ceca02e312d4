// Different networks with the same function have the same bounds (spec E.2, E.3): order, scale, grafts, removal, fusion, unrolling.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createBounder } from '../../../core/bounds/bounder.ts'
import type { Box, OutputRows } from '../../../core/bounds/box.ts'
import { intervalBounds } from '../../../core/bounds/interval.ts'
import { SeededRandom } from '../../../core/data/random.ts'
import type { Engine } from '../../../core/engine/engine.ts'
import {
  createNetwork,
  evaluate64,
  fuseBatchNorm,
  removeNeurons,
  ruleOf,
  type Layer,
  type Network,
} from '../../../core/nn/index.ts'
import { parameter, randomBox, randomNetwork, relu } from '../../bounds/networks.ts'
import { like, grafted, permuted, rescaled, unrolled, withLayers } from '../rewrite.ts'
import { runs } from '../runs.ts'
import { requireClose, type Relations } from './relation.ts'

const rows: OutputRows = { rows: 2, coefficients: Float64Array.of(1, -1, 0.5, 1), offsets: Float64Array.of(0.1, -0.2) }
const ascent = { iterations: 10, rate: 0.2, decay: 0.98 }
const seeds = fc.nat(1e6)

export const equalityRelations: Relations = {
  'hidden neurons in another order: the same bounds': (tools) =>
    each(4, async (seed) => {
      const network = randomNetwork('dense', seed)
      const random = new SeededRandom(seed)
      await requireSameBounds(
        tools.engine,
        network,
        permuted(network, (size) => random.permutation(size)),
        seed,
      )
    }),
  'relu(2^k z)/2^k: the same bounds': (tools) =>
    each(4, async (seed) => {
      const network = randomNetwork('dense', seed)
      await requireSameBounds(
        tools.engine,
        network,
        rescaled(network, (neuron) => ((seed + 7 * neuron) % 21) - 10),
        seed,
      )
    }),
  'a graft without mask: the ReLU network, bit for bit': ({ engine }) =>
    each(4, async (seed) => {
      const network = randomNetwork(seed % 2 === 0 ? 'dense' : 'conv', seed)
      const plain = grafted(network, () => null)
      const box = randomBox(network, seed, 0.4)
      assert.deepEqual(evaluate64(plain, box.lower), evaluate64(network, box.lower))
      const [a, b] = await Promise.all([network, plain].map((each) => boundsOf(engine, each, box)))
      assert.deepEqual(a, b)
    }),
  'grafts (1, 0) everywhere: an affine network, bounded exactly, nothing open': ({ engine }) =>
    each(4, async (seed) => {
      const network = grafted(randomNetwork(seed % 2 === 0 ? 'dense' : 'conv', seed), () => [1, 0])
      const box = randomBox(network, seed, 0.4)
      const bounder = createBounder(engine, network)
      const { crown } = await bounder.outputs(box, rows, await bounder.preActivations(box))
      requireClose(crown.lower, collapsed(network, box), 1e-4, 'CROWN of an affine network')
      const stepped = await bounder.outputs(box, rows, await bounder.preActivations(box, { ascent }), ascent)
      requireClose(stepped.crown.lower, crown.lower, 1e-5, 'α-CROWN of an affine network')
    }),
  'grafts (0, 0): the network without those neurons': ({ engine }) =>
    each(4, async (seed) => {
      const network = randomNetwork('dense', seed)
      const zeroed = grafted(network, (id, i) => (id === 'n1' && i % 2 === 0 ? [0, 0] : null))
      const removed = removeNeurons(network, 'n1', [1, 3])
      await requireSameBounds(engine, zeroed, removed, seed)
    }),
  'stable neurons as grafts (1, 0) and (0, 0): the same bounds': ({ engine }) =>
    each(4, async (seed) => {
      const network = randomNetwork('dense', seed)
      const box = randomBox(network, seed, 0.2)
      const { preActivations } = intervalBounds(network, box)
      const lines = grafted(network, (id, i) => {
        const { lower, upper } = preActivations.get(id === 'n1' ? 'n0' : 'n2') ?? assert.fail(id)
        return lower[i] >= 0 ? [1, 0] : upper[i] <= 0 ? [0, 0] : null
      })
      const [a, b] = await Promise.all([network, lines].map((each) => boundsOf(engine, each, box)))
      a.forEach((bounds, i) => requireClose(b[i], bounds, 2e-5, 'stable neurons as grafts'))
    }),
  'batch norm folded into a layer or kept as an affine layer: the same bounds': ({ engine }) =>
    each(4, async (seed) => {
      const { folded, kept } = normalised(seed)
      const box = randomBox(folded, seed, 0.4)
      const point = box.lower.map((low, i) => (low + 2 * box.upper[i]) / 3)
      requireClose(evaluate64(folded, point), evaluate64(kept, point), 1e-11, 'outputs of a folded network')
      const [a, b] = await Promise.all([folded, kept].map((each) => boundsOf(engine, each, box)))
      a.forEach((bounds, i) => requireClose(b[i], bounds, 1e-4, 'bounds of a folded network'))
    }),
  'γ = β = 0: the network without the neuron; β > 0: moved by W·relu(β)': ({ engine }) =>
    each(4, async (seed) => {
      const dead = normalisedNetwork(seed, { gamma: 0, beta: 0 })
      const lifted = normalisedNetwork(seed, { gamma: 0, beta: 0.7 })
      const removed = removeNeurons(dead, 'act', [0, 2, 3, 4])
      const box = randomBox(dead, seed, 0.4)
      const [a, b] = await Promise.all([dead, removed].map((each) => boundsOf(engine, fuseBatchNorm(each), box)))
      a.forEach((bounds, i) => requireClose(b[i], bounds, 1e-4, 'bounds without the dead neuron'))
      const last = lifted.nodes.at(-1)?.layer
      if (last?.kind !== 'dense') assert.fail('the last layer is dense')
      const moved = evaluate64(removed, box.upper).map((y, o) => y + last.weight.data[o * 5 + 1] * Math.fround(0.7))
      requireClose(evaluate64(lifted, box.upper), moved, 1e-6, 'outputs with β > 0')
    }),
  'convolution and pooling with uneven padding: their dense unrolling': ({ engine }) =>
    each(3, async (seed) => {
      const network = unevenNetwork(seed)
      const matrix = unrolled(network, (layer, x, input, shape) => ruleOf(layer).evaluate(layer, [x], [input], shape))
      const box = randomBox(network, seed, 0.2)
      requireClose(evaluate64(matrix, box.upper), evaluate64(network, box.upper), 1e-12, 'outputs of the unrolling')
      const [a, b] = await Promise.all([network, matrix].map((each) => boundsOf(engine, each, box)))
      a.forEach((bounds, i) => requireClose(b[i], bounds, 1e-4, 'bounds of the unrolling'))
    }),
}

function each(count: number, check: (seed: number) => Promise<void>): Promise<void> {
  return fc.assert(fc.asyncProperty(seeds, check), runs(count))
}

async function requireSameBounds(engine: Engine, one: Network, other: Network, seed: number): Promise<void> {
  const box = randomBox(one, seed, 0.4)
  const [a, b] = await Promise.all([one, other].map((network) => boundsOf(engine, network, box)))
  a.forEach((bounds, i) => requireClose(b[i], bounds, 2e-5 * (1 + Math.abs(bounds[0])), 'bounds of the rows'))
}

/** Bounds of the rows: on intervals by CROWN, on CROWN's own neurons by CROWN and by α-CROWN. */
async function boundsOf(engine: Engine, network: Network, box: Box): Promise<Float64Array[]> {
  const bounder = createBounder(engine, network)
  const interval = intervalBounds(network, box).preActivations
  const crown = await bounder.preActivations(box)
  const found = [
    await bounder.outputs(box, rows, interval),
    await bounder.outputs(box, rows, crown),
    await bounder.outputs(box, rows, crown, ascent),
  ]
  return found.map(({ lower }) => lower)
}

/** Exact minima of the rows of an affine network, from its values at the corners of every single input. */
function collapsed(network: Network, box: Box): Float64Array {
  const rowsAt = (x: Float64Array): number[] => {
    const y = evaluate64(network, x)
    return [0, 1].map((r) => y.reduce((sum, value, o) => sum + rows.coefficients[2 * r + o] * value, rows.offsets[r]))
  }
  const base = rowsAt(box.lower)
  const least = [...base]
  box.lower.forEach((_low, i) => {
    const x = box.lower.slice()
    x[i] = box.upper[i]
    rowsAt(x).forEach((value, r) => (least[r] += Math.min(0, value - base[r])))
  })
  return Float64Array.from(least)
}

function normalisedNetwork(seed: number, second: { gamma: number; beta: number } | null): Network {
  const random = new SeededRandom(seed)
  const values = (shape: number[], low: number, high: number) => parameter(shape, () => random.between(low, high))
  const norm: Extract<Layer, { kind: 'batchNorm' }> = {
    kind: 'batchNorm',
    gamma: values([5], 0.5, 1.5),
    beta: values([5], -0.5, 0.5),
    mean: values([5], -0.5, 0.5),
    variance: values([5], 0.3, 1.2),
    epsilon: 1e-5,
  }
  const at = (value: number | undefined) => (old: number, i: number) => Math.fround(i === 1 ? (value ?? old) : old)
  const layers: Record<string, Layer> = {
    first: { kind: 'dense', weight: values([5, 3], -1, 1), bias: values([5], -0.3, 0.3) },
    norm: { ...norm, gamma: like(norm.gamma, at(second?.gamma)), beta: like(norm.beta, at(second?.beta)) },
    act: relu,
    last: { kind: 'dense', weight: values([2, 5], -1, 1), bias: values([2], -0.3, 0.3) },
  }
  const nodes = Object.entries(layers).map(([id, layer]) => ({ id, layer }))
  return createNetwork({ name: 'normalised', inputShape: [3], nodes })
}

/** The same network with its batch norm folded into the layer before, and as a layer of its own. */
function normalised(seed: number): { folded: Network; kept: Network } {
  const network = normalisedNetwork(seed, null)
  const kept = withLayers(network, (layer) => {
    if (layer.kind !== 'batchNorm') return layer
    const scale = like(layer.gamma, (gamma, c) => gamma / Math.sqrt(layer.variance.data[c] + layer.epsilon))
    return { kind: 'affine', scale, shift: like(layer.beta, (beta, c) => beta - layer.mean.data[c] * scale.data[c]) }
  })
  return { folded: fuseBatchNorm(network), kept }
}

/** CNN-B's padding (left 1, right 2, top 1, bottom 2), stride 2, and a pool whose windows reach into the padding. */
function unevenNetwork(seed: number): Network {
  const random = new SeededRandom(seed)
  const values = (shape: number[]) => parameter(shape, () => 0.5 * random.normal())
  const nodes: { id: string; layer: Layer }[] = [
    {
      id: 'conv',
      layer: { kind: 'conv2d', weight: values([2, 1, 3, 3]), bias: values([2]), strides: [2, 2], pads: [1, 1, 2, 2] },
    },
    { id: 'a', layer: relu },
    { id: 'pool', layer: { kind: 'avgPool', kernel: [2, 2], strides: [2, 1], pads: [1, 0, 0, 1] } },
    {
      id: 'second',
      layer: { kind: 'conv2d', weight: values([1, 2, 2, 2]), bias: values([1]), strides: [1, 2], pads: [0, 1, 1, 0] },
    },
    { id: 'b', layer: relu },
    { id: 'flat', layer: { kind: 'flatten' } },
  ]
  const body = createNetwork({ name: 'body', inputShape: [1, 5, 4], nodes })
  const features = body.nodes.at(-1)?.shape[0] ?? 0
  const last: Layer = { kind: 'dense', weight: values([2, features]), bias: values([2]) }
  return createNetwork({ name: 'uneven', inputShape: [1, 5, 4], nodes: [...nodes, { id: 'last', layer: last }] })
}
