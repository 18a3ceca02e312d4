// The end of a backward pass: the minimum over the box of the linear function it arrived at, and where it is taken.
import { tf, type Tensor } from '../engine/tensor.ts'
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

/** Where the minimum is taken, [rows, inputs]. */
export function minimiser({ input }: BackwardResult, { centre, radius }: BoxTensors): Tensor {
  return tf.sub(centre, tf.mul(tf.sign(input), radius))
}

/** Units of rounding in a bound [rows]: those of the pass, of its intercepts (`terms`), and of the rows it started from. */
export function roundingScale(cone: Cone, { choices, scale }: BackwardResult, given: Given): Tensor {
  let sum = tf.add(scale, tf.mul(startMagnitude(given.offset, given.sharedOffset, given.mix), tf.scalar(roundings(9))))
  const terms = tf.reshape(given.terms, [1])
  for (const { coefficient, intercept } of choices.values())
    sum = tf.add(sum, tf.mul(tf.sum(tf.abs(tf.mul(coefficient, intercept)), 1), terms))
  if (!('mix' in given)) return sum
  const weight = given[roundingName(cone.start)]
  const start = tf.matMul(given.mix, tf.abs(given.shared))
  return tf.add(sum, tf.reshape(tf.matMul(start, weight, false, true), [-1]))
}

/** |offset| of each row, of mixtures before anything in them cancels, [rows]. */
function startMagnitude(offset: Tensor, shared: Tensor | undefined, mix: Tensor | undefined): Tensor {
  return shared && mix ? tf.reshape(tf.matMul(mix, tf.abs(shared)), [-1]) : tf.abs(offset)
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
