// α,β-CROWN: projected Adam on the dual variables with the analytic gradient, unrolled into the program (spec C.4, C.5).
import { tf, type Tensor } from '../engine/tensor.ts'
import type { BackwardResult } from './backward.ts'
import { slackOf, soundBound } from './concretise.ts'
import { evaluate, mixRows, passAt, shiftMix } from './evaluate.ts'
import { byActivation, type Given, type Relaxed } from './relaxed.ts'
import { givenVariables, keepBetter, VariableAscent } from './variables.ts'

/** What rows at the root came to. All [rows, neurons] but `bound` [rows]. */
export interface RowAscent {
  /** The best of each row. */
  readonly bound: Tensor
  readonly alpha: readonly Tensor[]
  /** Where the ascent stands, for a call that goes on from here; moments are null after no iteration. */
  readonly variables: readonly Tensor[]
  readonly moments: { readonly first: Tensor; readonly second: Tensor } | null
}

/**
 * Maximises each row's bound over its own α and keeps the best iterate; the last needs no gradient, so it costs a backward pass
 * only. `given.first`, `second`, `bestBound` and `bestAlpha` are what an earlier call came to: an Adam that starts anew every
 * few steps ends far from the optimum.
 */
export function ascendRows(relaxed: Relaxed, inputs: Given, iterations: number): RowAscent {
  const { cone } = relaxed
  const given = mixRows(inputs)
  let variables = givenVariables(relaxed, given)
  let current = evaluate(relaxed, given, variables)
  const climb = new VariableAscent(relaxed, given, current.pass, 0)
  let best = { bound: given.bestBound, alphas: byActivation(cone, given.bestAlpha) }
  const offer = (pass: BackwardResult): void => {
    const value = soundBound(cone, pass, given)
    const better = tf.greaterEqual(value, best.bound)
    best = { bound: tf.where(better, value, best.bound), alphas: keepBetter(better, variables.alphas, best.alphas) }
  }
  offer(current.pass)
  for (let k = 0; k < iterations; k++) {
    variables = climb.step(variables, current.gradient())
    if (k + 1 < iterations) current = evaluate(relaxed, given, variables)
    offer(k + 1 < iterations ? current.pass : passAt(relaxed, given, variables).pass)
  }
  return { bound: best.bound, alpha: best.alphas, variables: variables.alphas, moments: climb.moments }
}

export interface AscentOptions {
  readonly iterations: number
  /** Step of β as a multiple of α's, per unit of |Λ|. */
  readonly betaRate: number
  /** Also ascend over the mixtures of rows (step of the exponentiated gradient); 0: mixtures stay. */
  readonly mixRate: number
}

/** What domains came to, at the last iterate unless it says otherwise. */
export interface DomainAscentResult {
  /** [rows] */
  readonly bound: Tensor
  /** What the bound gave up for rounding, [rows]; null where none is counted. */
  readonly slack: Tensor | null
  readonly alphas: readonly Tensor[]
  readonly beta: Tensor | null
  readonly mix: Tensor | null
  readonly pass: BackwardResult
  /** The minimiser of the iterate before the last, and the relaxed values of all nodes there. */
  readonly point: Tensor
  readonly values: ReadonlyMap<string, Tensor>
}

/**
 * A few steps on each domain's α, β and mixture of rows. The last iterate counts, whatever came before it: its bound is the only
 * one to be made and to be made sound, and trees are no larger for it (docs/decisions/0003-bounds-and-branch-and-bound.md).
 */
export function ascendDomains(relaxed: Relaxed, inputs: Given, options: AscentOptions): DomainAscentResult {
  const { iterations, betaRate, mixRate } = options
  const { cone } = relaxed
  let given = mixRows(inputs)
  let variables = givenVariables(relaxed, given)
  let current = evaluate(relaxed, given, variables)
  const climb = new VariableAscent(relaxed, given, current.pass, betaRate)
  for (let k = 0; k < iterations; k++) {
    variables = climb.step(variables, current.gradient())
    if (mixRate > 0)
      given = mixRows({ ...given, mix: shiftMix(given, current.values.get(cone.start) as Tensor, mixRate) })
    if (k + 1 < iterations) current = evaluate(relaxed, given, variables)
  }
  const { pass } = passAt(relaxed, given, variables)
  const slack = slackOf(cone, pass, given)
  const bound = soundBound(cone, pass, given, slack)
  const mix = 'mix' in given ? given.mix : null
  const { point, values } = current
  return { bound, slack, ...variables, mix, pass, point, values }
}
