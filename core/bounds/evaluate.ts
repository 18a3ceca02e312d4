// The bound of rows at given dual variables, and its gradient: the minimiser sent forward through the relaxed network (spec C.4, C.5).
import { tf, type Tensor } from '../engine/tensor.ts'
import { backward, type BackwardResult, type Choice, type RelaxedActivation } from './backward.ts'
import { minimiser } from './concretise.ts'
import { relaxActivations, type Given, type Relaxed } from './relaxed.ts'
import { relaxedForward } from './relaxed-forward.ts'
import type { Variables } from './variables.ts'

export interface Evaluation {
  readonly pass: BackwardResult
  /** Minimiser in the box, [rows, inputs]. */
  readonly point: Tensor
  /** Relaxed values of all nodes of the cone at the point. */
  readonly values: ReadonlyMap<string, Tensor>
  /** Gradient of the bound with respect to α and β. */
  readonly gradient: () => Variables
}

/** The backward pass at `variables` and the way to its gradient. */
export function evaluate(relaxed: Relaxed, given: Given, variables: Variables): Evaluation {
  const { cone, splits } = relaxed
  const { pass, activations } = passAt(relaxed, given, variables)
  const point = minimiser(pass, { centre: given.centre, radius: given.radius })
  const values = relaxedForward(cone, point, pass.choices)
  const pre = (k: number): Tensor => values.get(cone.activations[k].source) as Tensor
  const gradient = (): Variables => ({
    alphas: cone.activations.map(({ node }, k) => {
      const { relaxation, parameter } = activations.get(node.id) as RelaxedActivation
      const { coefficient } = pass.choices.get(node.id) as Choice
      return relaxation.gradient(coefficient, pre(k), parameter)
    }),
    beta: splits && splits.gradient(pre),
  })
  return { pass, point, values, gradient }
}

/** The backward pass alone, for where no gradient follows. */
export function passAt(
  { cone, relaxations, splits }: Relaxed,
  given: Given,
  { alphas, beta }: Variables,
): { pass: BackwardResult; activations: ReadonlyMap<string, RelaxedActivation> } {
  const activations = relaxActivations(cone, relaxations, alphas, splits && beta ? splits.pulls(beta) : [])
  return { pass: backward(cone, given.start, activations, given), activations }
}

/** Adds `start` and `offset` where rows are given as mixtures. */
export function mixRows(given: Given): Given {
  if (!('mix' in given)) return given
  const { mix, shared, sharedOffset } = given
  return { ...given, start: tf.matMul(mix, shared), offset: tf.reshape(tf.matMul(mix, sharedOffset), [-1]) }
}

/**
 * One exponentiated-gradient step on the mixtures: the gradient of a weight is the value v of its row at the minimiser,
 * scaled by the largest |v| so that the step has no unit. Zero weights stay zero.
 */
export function shiftMix({ mix, shared, sharedOffset }: Given, start: Tensor, rate: number): Tensor {
  const values = tf.add(tf.matMul(start, shared, false, true), tf.reshape(sharedOffset, [1, -1]))
  const scale = tf.add(tf.max(tf.abs(values), 1, true), tf.scalar(1e-6))
  const risen = tf.mul(mix, tf.exp(tf.mul(tf.div(values, scale), tf.scalar(rate))))
  return tf.div(risen, tf.sum(risen, 1, true))
}
