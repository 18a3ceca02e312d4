// Pre-activation bounds of many domains at once, each with its own splits: CROWN rows ±z for every neuron of every later layer.
import type { ProgramDefinition, TensorSpec } from '../engine/engine.ts'
import { constant } from '../engine/engine.ts'
import { tf, type Tensor } from '../engine/tensor.ts'
import { backward } from './backward.ts'
import { coneOf, isExactByIntervals, type Activation, type Cone } from './graph.ts'
import { concretise } from './programs.ts'
import { columns, join, parameterRange, prepare, relaxActivations } from './relaxed.ts'
import { neuronStart, startOf } from './start.ts'

/** Rows a refresh bounds for every domain: two for each neuron whose layer intervals do not bound exactly. */
export function refreshRows(cone: Cone): number {
  return 2 * refreshed(cone).reduce((sum, { neurons }) => sum + neurons, 0)
}

function refreshed(cone: Cone): readonly Activation[] {
  return cone.activations.filter(({ source }) => !isExactByIntervals(cone.network, source))
}

/**
 * Inputs `lower`, `upper` [domains, neurons] (splits clamped in), `centre`, `radius`; outputs the bounds intersected with
 * CROWN's, layer by layer. Only for cones of ReLU kinds. A crossing pair means that the domain is empty.
 */
export function refreshDefinition(
  cone: Cone,
  domains: number,
  key: string,
): ProgramDefinition<string, 'lower' | 'upper'> {
  const inputs: Record<string, TensorSpec> = {
    centre: { shape: [1, cone.inputSize] },
    radius: { shape: [1, cone.inputSize] },
    lower: { shape: [domains, cone.neurons] },
    upper: { shape: [domains, cone.neurons] },
  }
  return {
    name: `refresh ${cone.start}`,
    key: `refresh ${key} ${cone.start}`,
    inputs,
    build: (given) => {
      let { lower, upper } = given
      for (const activation of refreshed(cone)) {
        const tight = layerBounds(cone, activation, { ...given, lower, upper }, domains)
        lower = replaced(lower, activation, (own) => tf.maximum(own, tight.lower))
        upper = replaced(upper, activation, (own) => tf.minimum(own, tight.upper))
      }
      return { lower, upper }
    },
  }
}

/** CROWN bounds of one layer, [domains, neurons]. */
function layerBounds(
  cone: Cone,
  { source, neurons }: Activation,
  given: Readonly<Record<string, Tensor>>,
  domains: number,
): { lower: Tensor; upper: Tensor } {
  const inner = coneOf(cone.network, startOf(cone.network, source))
  const both = Array.from({ length: 2 * neurons }, (_, i) => i % neurons)
  const signs = both.map((_, i) => (i < neurons ? 1 : -1))
  const start = neuronStart(cone.network, source, both, signs)
  const rows = 2 * neurons
  const own = {
    lower: spread(select(cone, inner, given.lower), rows),
    upper: spread(select(cone, inner, given.upper), rows),
  }
  const relaxed = prepare(inner, own)
  const { low, high } = parameterRange(inner, relaxed)
  const alpha = tf.cast(tf.greater(own.upper, tf.neg(own.lower)), 'float32')
  const activations = relaxActivations(inner, relaxed, tf.maximum(tf.minimum(alpha, high), low), null)
  const coefficients = tf.tile(constant(start.coefficients, [rows, start.size]), [domains, 1])
  const result = backward(inner, coefficients, activations)
  const bound = tf.reshape(concretise(result, given), [domains, rows])
  const shifted = tf.add(bound, constant(start.offsets, [1, rows]))
  return { lower: columns(shifted, 0, neurons), upper: tf.neg(columns(shifted, neurons, neurons)) }
}

/** The columns of `outer`'s layout that belong to `inner`'s activations, in `inner`'s order. */
function select(outer: Cone, inner: Cone, all: Tensor): Tensor {
  const parts = inner.activations.map(({ node }) => {
    const own = outer.activations.find((activation) => activation.node.id === node.id) as Activation
    return columns(all, own.offset, own.neurons)
  })
  return join(parts)
}

/** [domains, n] → [domains·times, n], every row `times` times. */
function spread(tensor: Tensor, times: number): Tensor {
  const [domains, size] = tensor.shape
  return tf.reshape(tf.tile(tf.reshape(tensor, [domains, 1, size]), [1, times, 1]), [domains * times, size])
}

/** `all` with one activation's columns replaced. */
function replaced(all: Tensor, { offset, neurons }: Activation, change: (own: Tensor) => Tensor): Tensor {
  const parts = [change(columns(all, offset, neurons))]
  if (offset > 0) parts.unshift(columns(all, 0, offset))
  const end = offset + neurons
  const total = all.shape[1] ?? 0
  if (end < total) parts.push(columns(all, end, total - end))
  return join(parts)
}
