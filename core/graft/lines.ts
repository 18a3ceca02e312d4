// The lines that grafted neurons start with: constant, fitted to the neuron's own values, or in the middle of its bounds.
import type { GraftOptions } from '../contract/recipe.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Engine } from '../engine/engine.ts'
import { tf } from '../engine/tensor.ts'
import { activationNodes, forwardNodes, type Network } from '../nn/index.ts'
import { flatScores, measuredLayers } from '../score/index.ts'
import { meanOverImages } from '../score/mean.ts'
import type { Survey } from './survey.ts'

/** y = slope·z + intercept of every neuron, [neurons] in topological order. */
export interface Lines {
  readonly slope: Float32Array
  readonly intercept: Float32Array
}

export interface ImageSet {
  readonly dataset: Dataset
  readonly images: Uint32Array
}

/** @param survey means of bounds, which `bound` needs */
export async function initialLines(
  init: GraftOptions['init'],
  engine: Engine,
  network: Network,
  set: ImageSet,
  survey: Survey,
  signal?: AbortSignal,
): Promise<Lines> {
  if (init.kind === 'least-squares') return fittedLines(engine, network, set, signal)
  if (init.kind === 'bound') return boundLines(network, survey)
  const constant = (value: number): Float32Array => new Float32Array(survey.cost.length).fill(value)
  return init.kind === 'zero'
    ? { slope: constant(0), intercept: constant(0) }
    : { slope: constant(init.slope), intercept: constant(init.intercept) }
}

/** Of each neuron the line with the least mean square distance from what it gives, over the images. */
export async function fittedLines(
  engine: Engine,
  network: Network,
  { dataset, images }: ImageSet,
  signal?: AbortSignal,
): Promise<Lines> {
  const inputs = measuredLayers(network, 'pre')
  const outputs = measuredLayers(network, 'post')
  const neurons = inputs.reduce((total, layer) => total + layer.neurons, 0)
  const moments = [0, 1, 2, 3].flatMap((k) => inputs.map((layer) => ({ ...layer, offset: layer.offset + k * neurons })))
  const means = await meanOverImages({
    engine,
    network,
    layers: moments,
    dataset,
    images,
    key: 'graft-moments',
    signal,
    build(x) {
      const values = forwardNodes(network, x)
      const z = inputs.map(({ node }) => values[node])
      const h = outputs.map(({ node }) => values[node])
      return [...z, ...h, ...z.map((value) => tf.square(value)), ...z.map((value, i) => tf.mul(value, h[i]))]
    },
  })
  const flat = flatScores(means)
  const [z, h, zz, zh] = [0, 1, 2, 3].map((k) => flat.subarray(k * neurons, (k + 1) * neurons))
  const slope = Float32Array.from({ length: neurons }, (_, j) => {
    const variance = zz[j] - z[j] * z[j]
    // A neuron that is the same on all images, to float32: any slope would do.
    return variance > 1e-6 * zz[j] ? (zh[j] - z[j] * h[j]) / variance : 0
  })
  return { slope, intercept: slope.map((a, j) => h[j] - a * z[j]) }
}

/** The chord's slope over the mean bounds [l, u], and the intercept whose largest error there is least: u/(u − l) and −l·u/(2(u − l)) of an unstable ReLU. */
function boundLines(network: Network, { lower, upper }: Survey): Lines {
  const slope = new Float32Array(lower.length)
  const intercept = new Float32Array(lower.length)
  let offset = 0
  for (const { node, neurons } of activationNodes(network)) {
    const curve = node.layer.kind === 'relu' || node.layer.kind === 'graftedRelu' ? reluCurve : sigmoidCurve
    for (let j = offset; j < offset + neurons; j++) {
      const [l, u] = [lower[j], Math.max(lower[j], upper[j])]
      const chord = u > l ? (curve.value(u) - curve.value(l)) / (u - l) : 0
      const gaps = [l, u, ...curve.turns(chord).filter((z) => z > l && z < u)].map((z) => curve.value(z) - chord * z)
      slope[j] = chord
      intercept[j] = (Math.min(...gaps) + Math.max(...gaps)) / 2
    }
    offset += neurons
  }
  return { slope, intercept }
}

/** An activation, and where its distance from a line of a given slope can be largest or least. */
interface Curve {
  value(z: number): number
  turns(slope: number): readonly number[]
}

const reluCurve: Curve = { value: (z) => Math.max(z, 0), turns: () => [0] }

const sigmoidCurve: Curve = {
  value: (z) => 1 / (1 + Math.exp(-z)),
  turns(slope) {
    if (!(slope > 0 && slope < 0.25)) return []
    const p = (1 + Math.sqrt(1 - 4 * slope)) / 2
    const z = Math.log(p / (1 - p))
    return [-z, z]
  },
}
