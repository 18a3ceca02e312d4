// The end of a backward pass: the minimum over the box of the linear function it arrived at, and where it is taken.
import { tf, type Tensor } from '../engine/tensor.ts'
import { INPUT, nodeById } from '../nn/index.ts'
import { weighted, type BackwardResult } from './backward.ts'
import type { Cone } from './graph.ts'
import { roundingName, roundings } from './rounding.ts'

/** A box as centre and radius, [1, inputs] each, or one for each row. */
export interface BoxTensors {
  readonly centre: Tensor
  readonly radius: Tensor
}

/** Minimum over the box, without the offset of the rows, [rows]. */
export function concretise({ input, choices, constant }: BackwardResult, { centre, radius }: BoxTensors): Tensor {
  const least = tf.sub(weighted(input, centre), weighted(tf.abs(input), radius))
  let bound = tf.add(least, constant)
  for (const { coefficient, intercept } of choices.values())
    bound = tf.add(bound, tf.sum(tf.mul(coefficient, intercept), 1))
  return bound
}

/**
 * Where the minimum is taken, [rows, inputs]. Signs are cut off products: ONNX Runtime's Sign takes twice as long, and where a
 * coefficient is next to nothing any point of the box will do.
 */
export function minimiser({ input }: BackwardResult, { centre, radius }: BoxTensors): Tensor {
  return tf.sub(centre, tf.mul(tf.clipByValue(tf.mul(input, tf.scalar(1e30)), -1, 1), radius))
}

/** Units of rounding in a bound [rows]: those of the pass, of its intercepts (`terms`), and of the rows it started from. */
export function roundingScale(cone: Cone, { choices, scale }: BackwardResult, given: Given): Tensor {
  let sum = tf.add(scale, startScale(cone, given))
  const terms = tf.reshape(given.terms, [1])
  for (const { coefficient, intercept } of choices.values())
    sum = tf.add(sum, tf.mul(tf.sum(tf.abs(tf.mul(coefficient, intercept)), 1), terms))
  return sum
}

/** Of the rows that a pass starts from, [rows]; of mixtures before anything in them cancels. */
function startScale(cone: Cone, given: Given): Tensor {
  const offset = tf.scalar(roundings(9))
  if (!('mix' in given)) return tf.mul(tf.abs(given.offset), offset)
  const { mix, shared, sharedOffset } = given
  const weight = given[roundingName(startHolder(cone))]
  const start = tf.matMul(tf.matMul(mix, tf.abs(shared)), weight, false, true)
  const size = tf.add(start, tf.mul(tf.matMul(mix, tf.abs(sharedOffset)), offset))
  // A mixture of n rows is a sum of n products, n + 2 roundings at most; the weights of a node count three at least.
  const sums = tf.div(tf.add(tf.sum(tf.sign(mix), 1, true), tf.scalar(2)), tf.scalar(3))
  return tf.reshape(tf.mul(size, sums), [-1])
}

/** The node with the weights of the cone's start: a flatten, which rounds nothing itself, has none. */
function startHolder({ network, start }: Cone): string {
  let id = start
  while (id !== INPUT) {
    const { layer, inputs } = nodeById(network, id)
    if (layer.kind !== 'flatten') return id
    id = inputs[0]
  }
  return id
}

type Given = Readonly<Record<string, Tensor>>

/** What rounding can be in the bound of a pass, where `given` says so, [rows]; otherwise null. */
export function slackOf(cone: Cone, result: BackwardResult, given: Given): Tensor | null {
  return 'unit' in given ? tf.mul(roundingScale(cone, result, given), tf.reshape(given.unit, [1])) : null
}

/** The bound of a pass, less what its rounding can be where `given` says so; without the offset's own, [rows]. */
export function soundBound(
  cone: Cone,
  result: BackwardResult,
  given: Given,
  slack: Tensor | null = slackOf(cone, result, given),
): Tensor {
  const bound = tf.add(concretise(result, { centre: given.centre, radius: given.radius }), given.offset)
  return slack ? tf.sub(bound, slack) : bound
}
