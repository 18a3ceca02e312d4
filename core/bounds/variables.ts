// The dual variables of an ascent, activation by activation: their tensors fit the processor's cache, joined ones do not.
import { tf, type Tensor } from '../engine/tensor.ts'
import { UnrolledAdam } from './adam.ts'
import type { BackwardResult } from './backward.ts'
import type { Cone } from './graph.ts'
import type { PreparedRelaxation } from './relaxation/relaxation.ts'
import { byActivation, clipped, join, type PreparedRelaxations } from './relaxed.ts'

/** Upper end of β where a neuron is split; finite so that 0·∞ never appears. */
const BETA_LIMIT = 1e10

type Given = Readonly<Record<string, Tensor>>

/** α of one activation's neurons, and β where rows carry splits, [rows, neurons]; also gradients and steps of both. */
export interface Variables {
  readonly alpha: Tensor
  readonly beta: Tensor | null
}

/** The α and β given to a program, within their ranges; none in a cone without activations. */
export function givenVariables(cone: Cone, given: Given, ranges: readonly Range[]): Variables[] {
  if (cone.neurons === 0) return []
  const betas = 'sign' in given ? byActivation(cone, given.beta) : null
  return byActivation(cone, given.alpha).map((alpha, k) => within({ alpha, beta: betas ? betas[k] : null }, ranges[k]))
}

/** Where the variables of one activation may be: α in its relaxation's range, β in [0, most] where split and 0 elsewhere. */
export interface Range {
  readonly low: Tensor
  readonly high: Tensor
  /** Signs of the splits and the limit of β, [rows, neurons]; null where rows carry none. */
  readonly split: { readonly sign: Tensor; readonly most: Tensor } | null
}

export function rangesOf(cone: Cone, relaxed: PreparedRelaxations, given: Given): Range[] {
  const signs = 'sign' in given ? byActivation(cone, given.sign) : null
  return cone.activations.map(({ node }, k) => {
    const { low, high } = relaxed.get(node.id) as PreparedRelaxation
    const sign = signs?.[k]
    return { low, high, split: sign ? { sign, most: tf.mul(tf.abs(sign), tf.scalar(BETA_LIMIT)) } : null }
  })
}

function within({ alpha, beta }: Variables, range: Range): Variables {
  return {
    alpha: clipped(alpha, range),
    beta: beta && range.split && tf.maximum(tf.minimum(beta, range.split.most), tf.scalar(0)),
  }
}

/** `now` for the rows that are `better` [rows], `before` for the others. */
export function keepBetter(better: Tensor, now: readonly Variables[], before: readonly Variables[]): Variables[] {
  const column = tf.reshape(better, [-1, 1])
  return now.map(({ alpha, beta }, k) => {
    const old = before[k]
    return {
      alpha: tf.where(column, alpha, old.alpha),
      beta: beta && old.beta && tf.where(column, beta, old.beta),
    }
  })
}

/** All neurons of the cone side by side, [rows, neurons]. */
export function joined(variables: readonly Variables[]): { alpha: Tensor; beta: Tensor | null } {
  const betas = variables.flatMap(({ beta }) => beta ?? [])
  return { alpha: join(variables.map(({ alpha }) => alpha)), beta: betas.length > 0 ? join(betas) : null }
}

/** Projected Adam on the variables of all activations. */
export class VariableAscent {
  readonly #ranges: readonly Range[]
  /** Factors on the steps of β: it competes with Λ, so its steps follow |Λ|, at least the mean of the layer. */
  readonly #betaScales: readonly Tensor[]
  readonly #steps: Tensor
  readonly #alphas: readonly UnrolledAdam[]
  readonly #betas: readonly UnrolledAdam[]
  #count = 0

  /**
   * `pass`: the first, whose Λ scale the steps of β; a step without this scale fits one network and stalls on the next.
   * `given.steps` [count, 1] from `adamSteps`; `given.first` and `second`: α's moments of the steps before these.
   */
  constructor(cone: Cone, ranges: readonly Range[], given: Given, { choices }: BackwardResult, betaRate: number) {
    const moments = 'first' in given ? [given.first, given.second].map((all) => byActivation(cone, all)) : null
    this.#ranges = ranges
    this.#steps = given.steps
    this.#alphas = ranges.map((_, k) => (moments ? new UnrolledAdam(moments[0][k], moments[1][k]) : new UnrolledAdam()))
    this.#betas = ranges.map(() => new UnrolledAdam())
    this.#betaScales =
      'sign' in given
        ? cone.activations.map(({ node }) => {
            const size = tf.abs(choices.get(node.id)?.coefficient ?? tf.zeros([1, 1]))
            return tf.mul(tf.maximum(size, tf.mean(size, 1, true)), tf.scalar(betaRate))
          })
        : []
  }

  step(variables: readonly Variables[], gradients: readonly Variables[]): Variables[] {
    const size = tf.slice(this.#steps, [this.#count++, 0], [1, 1])
    return variables.map(({ alpha, beta }, k) => {
      const gradient = gradients[k]
      const moved = tf.add(alpha, this.#alphas[k].step(gradient.alpha, size))
      const pulled =
        beta && gradient.beta && tf.add(beta, tf.mul(this.#betas[k].step(gradient.beta, size), this.#betaScales[k]))
      return within({ alpha: moved, beta: pulled }, this.#ranges[k])
    })
  }

  /** α's moments, [rows, neurons]; null before any step. */
  get moments(): { first: Tensor; second: Tensor } | null {
    const all = this.#alphas.flatMap((adam) => adam.moments ?? [])
    if (all.length === 0) return null
    return { first: join(all.map(({ first }) => first)), second: join(all.map(({ second }) => second)) }
  }
}
