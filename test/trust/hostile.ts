// Small networks and boxes made to be misjudged: scales far apart, cancellation, ties, duplicates, dead neurons, hair-thin boxes.
import type { Box } from '../../core/bounds/box.ts'
import { SeededRandom } from '../../core/data/random.ts'
import { createNetwork, sizeOf, type Layer, type Network, type Parameter } from '../../core/nn/index.ts'
import { piecewiseLinearKinds, randomNetwork, type Kind } from '../bounds/networks.ts'

export const styles = [
  'plain',
  'rescaled',
  'layers',
  'cancelling',
  'duplicated',
  'dead',
  'tiny',
  'scattered',
  'whole',
  'doubles',
] as const

/** Everything there is: styles of dense networks, and the other kinds. */
export const allStyles: readonly Style[] = [...styles, ...piecewiseLinearKinds.filter((kind) => kind !== 'dense')]
/** A style of dense networks, or another kind of network with its layers rescaled. */
export type Style = (typeof styles)[number] | Kind

export interface HostileCase {
  readonly name: string
  readonly network: Network
  readonly box: Box
}

type Matrix = number[][]

/** One case per style and seed, of at most 12 neurons. */
export function hostileCase(style: Style, seed: number, reach = 30): HostileCase {
  const random = new SeededRandom(seed).fork(style)
  const network = isKind(style) ? rescaledKind(random, style, reach) : denseNetwork(random, style, reach)
  return { name: `${style} ${seed}`, network, box: hostileBox(random, network, style) }
}

/** At most two free inputs; widths from none to wide, often touching 0 and 1. */
function hostileBox(random: SeededRandom, network: Network, style: Style): Box {
  const size = sizeOf(network.inputShape)
  const radius = [0, 1e-9, 1e-6, 1e-3, 0.05, 0.3, 0.3, 1, 1][random.integer(9)]
  const free = new Set(random.permutation(size).subarray(0, 2))
  const shift = random.integer(8) === 0 ? 10 ** random.between(0, 6) : 0
  const centre = Float64Array.from({ length: size }, () => shift + pixel(random, style))
  const clip = shift === 0 && random.integer(2) === 0
  const end = (sign: number): Float64Array =>
    centre.map((value, i) => {
      const moved = value + (free.has(i) ? sign * radius : 0)
      return clip ? Math.min(1, Math.max(0, moved)) : moved
    })
  return { lower: end(-1), upper: end(1) }
}

function pixel(random: SeededRandom, style: Style): number {
  if (style === 'whole') return random.integer(3) / 2
  return random.integer(3) === 0
    ? random.integer(2)
    : random.integer(2) === 0
      ? random.integer(256) / 255
      : random.uniform()
}

function denseNetwork(random: SeededRandom, style: Style, reach: number): Network {
  const inputs = 2 + random.integer(2)
  const sizes = [inputs, 3 + random.integer(4), 2 + random.integer(4), 2]
  if (random.integer(3) === 0) sizes.splice(2, 1)
  let weights = sizes
    .slice(1)
    .map((out, l): Matrix => matrix(out, sizes[l], () => random.normal() / Math.sqrt(sizes[l])))
  let biases = sizes.slice(1).map((out) => Array.from({ length: out }, () => 0.3 * random.normal()))
  const power = (most: number): number => 10 ** random.between(-most, most)
  switch (style) {
    case 'plain':
      break
    case 'rescaled': {
      const most = [2, 6, 12, reach][random.integer(4)]
      for (let l = 0; l + 1 < weights.length; l++)
        for (let j = 0; j < weights[l].length; j++) {
          const k = power(most)
          weights[l][j] = weights[l][j].map((w) => w * k)
          biases[l][j] *= k
          for (const row of weights[l + 1]) row[j] /= k
        }
      break
    }
    case 'layers': {
      const most = [2, 6, 12, reach / 2][random.integer(4)]
      weights = weights.map((layer) => scaled(layer, power(most)))
      biases = biases.map((layer) => scaledRow(layer, power(most)))
      break
    }
    case 'cancelling': {
      const size = 10 ** random.between(0, Math.min(12, reach))
      for (let l = 0; l + 1 < weights.length; l++)
        for (let j = 1; j < weights[l].length; j += 2) {
          const close = 1 + 10 ** random.between(-8, -3) * random.normal()
          weights[l][j] = weights[l][j - 1].map((w) => w * close)
          biases[l][j] = biases[l][j - 1] * close
          for (const row of weights[l + 1]) {
            row[j - 1] *= size
            row[j] = -row[j - 1] / close
          }
        }
      break
    }
    case 'duplicated':
      for (let l = 0; l + 1 < weights.length; l++)
        for (let j = 1; j < weights[l].length; j++)
          if (random.integer(2) === 0) {
            weights[l][j] = weights[l][j - 1].map((w) => (j % 2 === 0 ? -w : w))
            biases[l][j] = j % 2 === 0 ? -biases[l][j - 1] : biases[l][j - 1]
          }
      break
    case 'dead':
      biases = biases.map((layer, l) =>
        l + 1 === biases.length ? layer : layer.map((b) => (random.integer(2) === 0 ? b + 100 * random.normal() : b)),
      )
      break
    case 'tiny': {
      const size = 10 ** -random.between(6, 9)
      weights = weights.map((layer, l) => (l === 0 ? scaled(layer, size) : layer))
      biases = biases.map((layer, l) =>
        l === 0 ? scaledRow(layer, size) : l === 1 ? scaledRow(layer, 10 * size) : layer,
      )
      break
    }
    case 'scattered': {
      const most = Math.min(reach, [4, 8, 16][random.integer(3)])
      weights = weights.map((layer) => layer.map((row) => row.map((w) => w * power(most))))
      break
    }
    case 'whole':
      weights = weights.map((layer) => layer.map((row) => row.map(() => random.integer(5) - 2)))
      biases = biases.map((layer) => layer.map(() => (random.integer(5) - 2) / 2))
      break
    case 'doubles': {
      const size = power(Math.min(reach, 8))
      weights = weights.map((layer, l) =>
        l + 1 === weights.length ? layer.map((row, o) => nearly(layer[0], row, o, size)) : layer,
      )
      break
    }
  }
  return build(`${style} dense`, random, weights, biases, style === 'doubles' || random.integer(2) === 0)
}

/** Nothing overflows to infinity. */
function inFloat32(value: number): number {
  return Math.min(3e38, Math.max(-3e38, value))
}

/** Output rows that differ by little compared with their size: a difference of logits cancels. */
function nearly(first: readonly number[], row: readonly number[], o: number, size: number): number[] {
  return row.map((w, i) => (o === 0 ? w : first[i]) * size + (o === 0 ? 0 : w))
}

function build(name: string, random: SeededRandom, weights: Matrix[], biases: number[][], doubles: boolean): Network {
  const store = (shape: number[], values: number[]): Parameter => ({
    shape,
    data: doubles ? Float64Array.from(values) : Float32Array.from(values, inFloat32),
  })
  const nodes = weights.flatMap((weight, l) => {
    const layer: Layer = {
      kind: 'dense',
      weight: store([weight.length, weight[0].length], weight.flat()),
      bias: store([weight.length], biases[l]),
    }
    const activation: Layer = random.integer(5) === 0 ? graft(random, weight.length) : { kind: 'relu' }
    return [{ id: `d${l}`, layer }, ...(l + 1 < weights.length ? [{ id: `a${l}`, layer: activation }] : [])]
  })
  return createNetwork({ name, inputShape: [weights[0][0].length], nodes })
}

function graft(random: SeededRandom, size: number): Layer {
  const values = (make: () => number): Parameter => ({ shape: [size], data: Float32Array.from({ length: size }, make) })
  return {
    kind: 'graftedRelu',
    mask: values(() => random.integer(2)),
    slope: values(() => random.normal()),
    intercept: values(() => random.normal()),
  }
}

function isKind(style: Style): style is Kind {
  return piecewiseLinearKinds.some((kind) => kind === style)
}

/** A network with every layer multiplied by a power of ten, often 1. */
function rescaledKind(random: SeededRandom, kind: Kind, reach: number): Network {
  const network = randomNetwork(kind, random.integer(2 ** 31))
  const most = [0, 1, 3, Math.min(reach / 3, 10)][random.integer(4)]
  const nodes = network.nodes.map(({ id, layer, inputs }) => {
    if (layer.kind !== 'dense' && layer.kind !== 'conv2d') return { id, layer, inputs }
    const factor = 10 ** random.between(-most, most)
    const times = ({ shape, data }: Parameter): Parameter => ({
      shape,
      data: Float32Array.from(data, (value) => inFloat32(value * factor)),
    })
    return { id, inputs, layer: { ...layer, weight: times(layer.weight), bias: times(layer.bias) } }
  })
  return createNetwork({ name: kind, inputShape: network.inputShape, nodes, output: network.output })
}

function matrix(out: number, inputs: number, make: () => number): Matrix {
  return Array.from({ length: out }, () => Array.from({ length: inputs }, make))
}

function scaled(layer: Matrix, factor: number): Matrix {
  return layer.map((row) => scaledRow(row, factor))
}

function scaledRow(row: readonly number[], factor: number): number[] {
  return row.map((value) => value * factor)
}
