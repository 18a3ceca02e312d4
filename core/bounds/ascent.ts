// α,β-CROWN: projected Adam on the dual variables with the analytic gradient, unrolled into the program (spec C.4, C.5).
import { tf, type Tensor } from '../engine/tensor.ts'
import { backward, type BackwardResult, type Choice, type RelaxedActivation } from './backward.ts'
import { minimiser, soundBound } from './concretise.ts'
import type { Cone } from './graph.ts'
import { join, parameterRange, relaxActivations, type PreparedRelaxations } from './relaxed.ts'
import { relaxedForward } from './relaxed-forward.ts'

export interface AscentOptions {
  readonly iterations: number
  /** Step of β as a multiple of α's, per unit of |Λ|. */
  readonly betaRate: number
  /** Factor on the steps after each iteration. */
  readonly decay: number
  /** Also ascend over the mixtures of rows (step of the exponentiated gradient); 0: mixtures stay. */
  readonly mixRate: number
}

/** Upper end of β where a neuron is split; finite so that 0·∞ never appears. */
const BETA_LIMIT = 1e10
const BETA1 = 0.9
const BETA2 = 0.999
/** Adam's ε, on the scale of bound per unit of α. */
const EPSILON = 1e-8

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
  readonly alpha: Tensor
  readonly beta: Tensor | null
  readonly mix: Tensor | null
  /** The backward pass of the last iterate. */
  readonly last: BackwardResult
  /** The minimiser of the last iterate that had a gradient, and the relaxed values of all nodes there. */
  readonly point: Tensor
  readonly values: ReadonlyMap<string, Tensor>
}

/**
 * Maximises each row's bound over its own α (and β where `given.sign` exists), keeping the best iterate. The last iterate
 * needs no gradient, so it costs a backward pass only.
 */
export function ascend(cone: Cone, relaxed: PreparedRelaxations, inputs: Given, options: AscentOptions): AscentResult {
  const split = 'sign' in inputs
  let given = mixRows(inputs)
  const { low, high } = limits(cone, relaxed, given)
  let variables = tf.maximum(tf.minimum(split ? tf.concat([given.alpha, given.beta], 1) : given.alpha, high), low)
  let current = evaluate(cone, relaxed, given, variables)
  const adam = new UnrolledAdam(split ? stepSizes(cone, current.pass, given.rate, options) : given.rate)
  let last = current.pass
  let best = { bound: current.value, variables, mix: given.mix }
  for (let k = 0; k < options.iterations; k++) {
    variables = tf.maximum(tf.minimum(tf.add(variables, adam.step(current.gradient(), options.decay ** k)), high), low)
    if (options.mixRate > 0) given = mixRows({ ...given, mix: shiftMix(given, current.start, options.mixRate) })
    let value: Tensor
    if (k + 1 < options.iterations) {
      current = evaluate(cone, relaxed, given, variables)
      last = current.pass
      value = current.value
    } else {
      last = passAt(cone, relaxed, given, variables).pass
      value = soundBound(cone, last, given)
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
  return { bound: best.bound, alpha, beta, mix, last, point: current.point, values: current.values }
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
 * Step sizes of α and β, [rows, 2·neurons]: α lives in [0, 1]; β competes with Λ, so its steps follow |Λ| of its neuron, at
 * least the mean of the layer. A step without this scale fits one network and stalls on the next.
 */
function stepSizes(cone: Cone, { choices }: BackwardResult, rate: Tensor, options: AscentOptions): Tensor {
  const scales = cone.activations.map(({ node }) => {
    const size = tf.abs(choices.get(node.id)?.coefficient ?? tf.zeros([1, 1]))
    return tf.maximum(size, tf.mean(size, 1, true))
  })
  const scale = join(scales)
  const alpha = tf.fill(scale.shape as [number, number], 1)
  return tf.mul(rate, tf.concat([alpha, tf.mul(scale, tf.scalar(options.betaRate))], 1))
}

/** Adam with its moments unscaled, so that the bias corrections fold into constants: m' = β₁m' + g, v' = β₂v' + g². */
class UnrolledAdam {
  readonly #rate: Tensor
  #first: Tensor | null = null
  #second: Tensor | null = null
  #count = 0

  constructor(rate: Tensor) {
    this.#rate = rate
  }

  /** The step for gradient `g`, times `factor`. */
  step(g: Tensor, factor: number): Tensor {
    const square = tf.mul(g, g)
    this.#first = this.#first ? tf.add(tf.mul(this.#first, tf.scalar(BETA1)), g) : g
    this.#second = this.#second ? tf.add(tf.mul(this.#second, tf.scalar(BETA2)), square) : square
    this.#count++
    const first = (1 - BETA1) / (1 - BETA1 ** this.#count)
    const second = (1 - BETA2) / (1 - BETA2 ** this.#count)
    const root = tf.add(tf.sqrt(this.#second), tf.scalar(EPSILON))
    return tf.mul(tf.div(this.#first, root), tf.mul(this.#rate, tf.scalar((factor * first) / Math.sqrt(second))))
  }
}
