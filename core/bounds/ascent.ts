// α,β-CROWN: projected Adam on the dual variables with the analytic gradient, unrolled into the program (spec C.4, C.5).
import { tf, type Tensor } from '../engine/tensor.ts'
import { backward, type BackwardResult, type Choice, type RelaxedActivation } from './backward.ts'
import { minimiser, slackOf, soundBound } from './concretise.ts'
import type { Cone } from './graph.ts'
import { byActivation, relaxActivations, type PreparedRelaxations } from './relaxed.ts'
import { relaxedForward } from './relaxed-forward.ts'
import {
  givenVariables,
  joined,
  keepBetter,
  rangesOf,
  VariableAscent,
  type Range,
  type Variables,
} from './variables.ts'

export interface AscentOptions {
  readonly iterations: number
  /** Step of β as a multiple of α's, per unit of |Λ|. */
  readonly betaRate: number
  /** Also ascend over the mixtures of rows (step of the exponentiated gradient); 0: mixtures stay. */
  readonly mixRate: number
}

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
  /** Gradient with respect to α and β, by activation. */
  readonly gradient: () => Variables[]
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
  let given = mixRows(inputs)
  const ranges = rangesOf(cone, relaxed, given)
  let variables = givenVariables(cone, given, ranges)
  let current = evaluate(cone, relaxed, given, variables, ranges)
  const carried = 'bestBound' in inputs
  const climb = new VariableAscent(cone, ranges, given, current.pass, options.betaRate)
  let last = current.pass
  let slack = options.iterations > 0 ? null : slackOf(cone, last, given)
  let best = { bound: current.value, variables, mix: given.mix }
  if (carried) {
    const better = tf.greaterEqual(current.value, given.bestBound)
    best.bound = tf.where(better, current.value, given.bestBound)
    const before = byActivation(cone, given.bestAlpha).map((alpha) => ({ alpha, beta: null }))
    best.variables = keepBetter(better, variables, before)
  }
  for (let k = 0; k < options.iterations; k++) {
    variables = climb.step(variables, current.gradient())
    if (options.mixRate > 0) given = mixRows({ ...given, mix: shiftMix(given, current.start, options.mixRate) })
    let value: Tensor
    if (k + 1 < options.iterations) {
      current = evaluate(cone, relaxed, given, variables, ranges)
      last = current.pass
      value = current.value
    } else {
      last = passAt(cone, relaxed, given, variables, ranges).pass
      slack = slackOf(cone, last, given)
      value = soundBound(cone, last, given, slack)
    }
    const better = tf.greater(value, best.bound)
    best = {
      bound: tf.where(better, value, best.bound),
      variables: keepBetter(better, variables, best.variables),
      mix: options.mixRate > 0 ? tf.where(tf.reshape(better, [-1, 1]), given.mix, best.mix) : given.mix,
    }
  }
  const { alpha, beta } = joined(best.variables)
  const mix = 'mix' in given ? best.mix : null
  const { point, values } = current
  const end = { variables: joined(variables).alpha, moments: climb.moments }
  return { bound: best.bound, slack, alpha, beta, mix, ...end, last, point, values }
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
export function evaluate(
  cone: Cone,
  relaxed: PreparedRelaxations,
  given: Given,
  variables: readonly Variables[],
  ranges: readonly Range[],
): Evaluation {
  const { pass, activations } = passAt(cone, relaxed, given, variables, ranges)
  const point = minimiser(pass, { centre: given.centre, radius: given.radius })
  const values = relaxedForward(cone, point, pass.choices)
  const start = values.get(cone.start) as Tensor
  const value = soundBound(cone, pass, given)
  const gradient = (): Variables[] =>
    cone.activations.map(({ node, source }, k) => {
      const { relaxation, parameter } = activations.get(node.id) as RelaxedActivation
      const { coefficient } = pass.choices.get(node.id) as Choice
      const { split } = ranges[k]
      const z = values.get(source) as Tensor
      return {
        alpha: relaxation.gradient(coefficient, z, parameter),
        beta: split && tf.neg(tf.mul(split.sign, z)),
      }
    })
  return { value, point, pass, start, values, gradient }
}

function passAt(
  cone: Cone,
  relaxed: PreparedRelaxations,
  given: Given,
  variables: readonly Variables[],
  ranges: readonly Range[],
): { pass: BackwardResult; activations: ReadonlyMap<string, RelaxedActivation> } {
  const alphas = variables.map(({ alpha }) => alpha)
  const pulls = variables.map(({ beta }, k) => {
    const { split } = ranges[k]
    return beta && split && tf.mul(split.sign, beta)
  })
  const activations = relaxActivations(cone, relaxed, alphas, pulls)
  return { pass: backward(cone, given.start, activations, given), activations }
}
