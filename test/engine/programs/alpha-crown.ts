// One α-CROWN iteration on a fully connected network, as the spike measured it: a lower bound for every domain and its gradient in α.
import { constant } from '../../../core/engine/engine.ts'
import type { ProgramDefinition, TensorData } from '../../../core/engine/engine.ts'
import { tf } from '../../../core/engine/tensor.ts'
import type { Tensor } from '../../../core/engine/tensor.ts'
import { spread } from '../parity/case.ts'

export interface AlphaCrownSize {
  readonly layers: readonly number[]
  readonly domains: number
}

interface Weights {
  readonly matrix: Float32Array
  readonly bias: Float32Array
}

export function alphaCrownWeights(layers: readonly number[]): readonly Weights[] {
  return layers.slice(1).map((out, index) => {
    const bound = 1 / Math.sqrt(layers[index])
    return { matrix: spread(out * layers[index], -bound, bound, 31 * index), bias: spread(out, -0.5, 0.5, 7 * index) }
  })
}

const epsilon = 0.02

/** Inputs x0, rows, and alpha, lower, upper of every hidden layer; outputs the bounds and the gradient of their sum in each alpha. */
export function alphaCrown(size: AlphaCrownSize, weights: readonly Weights[]): ProgramDefinition<string, string> {
  const { layers, domains } = size
  const hidden = layers.slice(1, -1)
  const named = (name: string) =>
    hidden.map((width, index) => [`${name}${index}`, { shape: [domains, width] }] as const)
  return {
    name: 'alpha-crown-iteration',
    key: JSON.stringify(size),
    inputs: {
      x0: { shape: [layers[0], 1] },
      rows: { shape: [domains, layers[layers.length - 1]] },
      ...Object.fromEntries([...named('alpha'), ...named('lower'), ...named('upper')]),
    },
    build(inputs) {
      const kept: Tensor[] = []
      const total = (...alphas: Tensor[]): tf.Scalar => {
        const bounds = tf.keep(backward(size, weights, inputs, alphas))
        kept.push(bounds)
        return tf.sum(bounds)
      }
      const { grads } = tf.valueAndGrads(total)(hidden.map((_, index) => inputs[`alpha${index}`]))
      return { bounds: kept[0], ...Object.fromEntries(grads.map((gradient, index) => [`gradient${index}`, gradient])) }
    },
  }
}

function backward(
  { layers, domains }: AlphaCrownSize,
  weights: readonly Weights[],
  inputs: Readonly<Record<string, Tensor>>,
  alphas: readonly Tensor[],
): Tensor {
  let a = inputs['rows']
  let offset: Tensor = tf.zeros([domains])
  for (let layer = weights.length - 1; layer >= 0; layer -= 1) {
    const { matrix, bias } = weights[layer]
    offset = tf.add(offset, tf.reshape(tf.matMul(a, constant(bias, [bias.length, 1])), [domains]))
    a = tf.matMul(a, constant(matrix, [layers[layer + 1], layers[layer]]))
    if (layer === 0) break
    const [lower, upper] = [inputs[`lower${layer - 1}`], inputs[`upper${layer - 1}`]]
    const slope = tf.div(upper, tf.sub(upper, lower))
    const positive = tf.relu(a)
    const negative = tf.sub(a, positive)
    offset = tf.sub(offset, tf.sum(tf.mul(negative, tf.mul(slope, lower)), 1))
    a = tf.add(tf.mul(positive, alphas[layer - 1]), tf.mul(negative, slope))
  }
  const centre = tf.reshape(tf.matMul(a, inputs['x0']), [domains])
  return tf.sub(tf.add(offset, centre), tf.mul(tf.sum(tf.abs(a), 1), epsilon))
}

export function alphaCrownInputs({ layers, domains }: AlphaCrownSize): Record<string, TensorData> {
  const hidden = layers.slice(1, -1)
  const named = (name: string, low: number, high: number) =>
    hidden.map((width, index) => [`${name}${index}`, spread(domains * width, low, high, 13 * index)] as const)
  return {
    x0: spread(layers[0], 0, 1),
    rows: spread(domains * layers[layers.length - 1], -1, 1),
    ...Object.fromEntries([...named('alpha', 0, 1), ...named('lower', -0.51, -0.01), ...named('upper', 0.01, 0.51)]),
  }
}
