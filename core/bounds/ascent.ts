// α,β-CROWN: projected Adam on the dual variables with the analytic gradient, unrolled into the program (spec C.4, C.5).
import { tf, type Tensor } from '../engine/tensor.ts'
import { UnrolledAdam } from './adam.ts'
import { backward, type BackwardResult, type Choice, type RelaxedActivation } from './backward.ts'
import { minimiser, slackOf, soundBound } from './concretise.ts'
import type { Cone } from './graph.ts'
import { join, parameterRange, relaxActivations, type PreparedRelaxations } from './relaxed.ts'
import { relaxedForward } from './relaxed-forward.ts'

export interface AscentOptions {
  readonly iterations: number
  /** Step of β as a multiple of α's, per unit of |Λ|. */
  readonly betaRate: number
  /** Also ascend over the mixtures of rows (step of the exponentiated gradient); 0: mixtures stay. */
  readonly mixRate: number
}

/** Upper end of β where a neuron is split; finite so that 0·∞ never appears. */
const BETA_LIMIT = 1e10

/** The inputs of a program as tensors, by name. */
export type Given = Readonly<Record<string, Tensor>>

interface Evaluation {
  /** [rows] */
  readonly value: Tensor
  /** Minimiser in the box, [rows, inputs]. */
  readonly point: Tensor
  readonly pass: BackwardResult
  /** Relaxed value of the cone's start at the point, [rows, startSize]. */
  readonly start: Tensor
  /** Relaxed values of all nodes of the cone at the point. */
  readonly values: ReadonlyMap<string, Tensor>
  /** Gradient with respect to α (and β), [rows, neurons or 2·neurons]. */
  readonly gradient: () => Tensor
}

export interface AscentResult {
  readonly bound: Tensor
  /** What the bound of the last iterate gave up for rounding, [rows]; null where none is counted. */
  readonly slack: Tensor | null
  readonly alpha: Tensor
  readonly beta: Tensor | null
  readonly mix: Tensor | null
  /** Where the ascent stands, for a call that goes on from here; null after no iteration. */
  readonly variables: Tensor
  readonly moments: { readonly first: Tensor; readonly second: Tensor } | null
  /** The backward pass of the last iterate. */
  readonly last: BackwardResult
  /** The minimiser of the last iterate that had a gradient, and the relaxed values of all nodes there. */
  readonly point: Tensor
  readonly values: ReadonlyMap<string, Tensor>
}

/**
 * Maximises each row's bound over its own α (and β where `given.sign` exists), keeping the best iterate. The last iterate
 * needs no gradient, so it costs a backward pass only. `inputs.first`, `second`, `bestBound` and `bestAlpha`, where they
 * exist, are what an earlier call came to: an Adam that starts anew every few steps ends far from the optimum.
 */
export function ascend(cone: Cone, relaxed: PreparedRelaxations, inputs: Given, options: AscentOptions): AscentResult {
  const split = 'sign' in inputs
  let given = mixRows(inputs)
  const { low, high } = limits(cone, relaxed, given)
  let variables = tf.maximum(tf.minimum(split ? tf.concat([given.alpha, given.beta], 1) : given.alpha, high), low)
  let current = evaluate(cone, relaxed, given, variables)
  const scale = split ? stepScale(cone, current.pass, options) : null
  const carried = 'bestBound' in inputs
  const adam = new UnrolledAdam(given.steps, carried ? given.first : null, carried ? given.second : null)
  let last = current.pass
  let slack = options.iterations > 0 ? null : slackOf(cone, last, given)
  let best = { bound: current.value, variables, mix: given.mix }
  if (carried) {
    const better = tf.greaterEqual(current.value, given.bestBound)
    best.bound = tf.where(better, current.value, given.bestBound)
    best.variables = tf.where(tf.reshape(better, [-1, 1]), variables, given.bestAlpha)
  }
  for (let k = 0; k < options.iterations; k++) {
    const step = adam.step(current.gradient())
    variables = tf.maximum(tf.minimum(tf.add(variables, scale ? tf.mul(step, scale) : step), high), low)
    if (options.mixRate > 0) given = mixRows({ ...given, mix: shiftMix(given, current.start, options.mixRate) })
    let value: Tensor
    if (k + 1 < options.iterations) {
      current = evaluate(cone, relaxed, given, variables)
      last = current.pass
      value = current.value
    } else {
      last = passAt(cone, relaxed, given, variables).pass
      slack = slackOf(cone, last, given)
      value = soundBound(cone, last, given, slack)
    }
    const better = tf.greater(value, best.bound)
    const keep = (now: Tensor, before: Tensor): Tensor => tf.where(tf.reshape(better, [-1, 1]), now, before)
    best = {
      bound: tf.where(better, value, best.bound),
      variables: keep(variables, best.variables),
      mix: options.mixRate > 0 ? keep(given.mix, best.mix) : given.mix,
    }
  }
  const [alpha, beta] = split ? tf.split(best.variables, 2, 1) : [best.variables, null]
  const mix = 'mix' in given ? best.mix : null
  const { point, values } = current
  return { bound: best.bound, slack, alpha, beta, mix, variables, moments: adam.moments, last, point, values }
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
function shiftMix({ mix, shared, sharedOffset }: Given, start: Tensor, rate: number): Tensor {
  const values = tf.add(tf.matMul(start, shared, false, true), tf.reshape(sharedOffset, [1, -1]))
  const scale = tf.add(tf.max(tf.abs(values), 1, true), tf.scalar(1e-6))
  const risen = tf.mul(mix, tf.exp(tf.mul(tf.div(values, scale), tf.scalar(rate))))
  return tf.div(risen, tf.sum(risen, 1, true))
}

/** Bound at `variables` and, through the relaxed network at the minimiser, its gradient. */
export function evaluate(cone: Cone, relaxed: PreparedRelaxations, given: Given, variables: Tensor): Evaluation {
  const split = 'sign' in given
  const { pass, activations } = passAt(cone, relaxed, given, variables)
  const point = minimiser(pass, { centre: given.centre, radius: given.radius })
  const values = relaxedForward(cone, point, pass.choices)
  const pre = cone.activations.map(({ source }) => values.get(source) as Tensor)
  const z = join(pre)
  const start = values.get(cone.start) as Tensor
  const value = soundBound(cone, pass, given)
  const gradient = (): Tensor => {
    const parts = cone.activations.map(({ node }, i) => {
      const { relaxation, parameter } = activations.get(node.id) as RelaxedActivation
      const { coefficient } = pass.choices.get(node.id) as Choice
      return relaxation.gradient(coefficient, pre[i], parameter)
    })
    if (split) parts.push(tf.neg(tf.mul(given.sign, z)))
    return join(parts)
  }
  return { value, point, pass, start, values, gradient }
}

function passAt(
  cone: Cone,
  relaxed: PreparedRelaxations,
  given: Given,
  variables: Tensor,
): { pass: BackwardResult; activations: ReadonlyMap<string, RelaxedActivation> } {
  const [alpha, beta] = 'sign' in given ? tf.split(variables, 2, 1) : [variables, null]
  const pull = beta ? tf.mul(given.sign, beta) : null
  const activations = relaxActivations(cone, relaxed, alpha, pull)
  return { pass: backward(cone, given.start, activations, given), activations }
}

/** The box of the variables: α in its relaxation's range, β in [0, limit] where split and 0 elsewhere. */
function limits(cone: Cone, relaxed: PreparedRelaxations, given: Given): { low: Tensor; high: Tensor } {
  const { low, high } = parameterRange(cone, relaxed)
  if (!('sign' in given)) return { low, high }
  const rows = given.sign.shape[0]
  const spread = (tensor: Tensor): Tensor => (tensor.shape[0] === rows ? tensor : tf.tile(tensor, [rows, 1]))
  return {
    low: tf.concat([spread(low), tf.zeros(given.sign.shape)], 1),
    high: tf.concat([spread(high), tf.mul(tf.abs(given.sign), tf.scalar(BETA_LIMIT))], 1),
  }
}

/**
 * Factors on the steps of α and β, [rows, 2·neurons]: α lives in [0, 1]; β competes with Λ, so its steps follow |Λ| of its
 * neuron, at least the mean of the layer. A step without this scale fits one network and stalls on the next.
 */
function stepScale(cone: Cone, { choices }: BackwardResult, { betaRate }: AscentOptions): Tensor {
  const scales = cone.activations.map(({ node }) => {
    const size = tf.abs(choices.get(node.id)?.coefficient ?? tf.zeros([1, 1]))
    return tf.maximum(size, tf.mean(size, 1, true))
  })
  const scale = join(scales)
  return tf.concat([tf.fill(scale.shape, 1), tf.mul(scale, tf.scalar(betaRate))], 1)
}
