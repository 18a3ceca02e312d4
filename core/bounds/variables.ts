// The dual variables of an ascent: α activation by activation, whose tensors fit the processor's cache, and β of the listed splits.
import { tf, type Tensor } from '../engine/tensor.ts'
import { UnrolledAdam } from './adam.ts'
import type { BackwardResult, Choice } from './backward.ts'
import type { PreparedRelaxation } from './relaxation/relaxation.ts'
import { byActivation, clipped, join, type Given, type Relaxed } from './relaxed.ts'

/** Upper end of β; finite so that 0·∞ never appears. */
const BETA_LIMIT = 1e10

/** α of each activation, [rows, neurons], and β of the splits, [rows, slots], where rows carry them; also gradients and steps. */
export interface Variables {
  readonly alphas: readonly Tensor[]
  readonly beta: Tensor | null
}

/** The α and β given to a program, within their ranges; none in a cone without activations. */
export function givenVariables(relaxed: Relaxed, given: Given): Variables {
  const alphas = relaxed.cone.neurons === 0 ? [] : byActivation(relaxed.cone, given.alpha)
  return within(relaxed, { alphas, beta: relaxed.splits ? given.beta : null })
}

/** α in the range of its relaxation, β in [0, limit]: any such value gives a valid bound. */
function within({ cone, relaxations }: Relaxed, { alphas, beta }: Variables): Variables {
  return {
    alphas: alphas.map((alpha, k) =>
      clipped(alpha, relaxations.get(cone.activations[k].node.id) as PreparedRelaxation),
    ),
    beta: beta && tf.clipByValue(beta, 0, BETA_LIMIT),
  }
}

/** `now` for the rows that are `better` [rows], `before` for the others. */
export function keepBetter(better: Tensor, now: readonly Tensor[], before: readonly Tensor[]): Tensor[] {
  const column = tf.reshape(better, [-1, 1])
  return now.map((own, k) => tf.where(column, own, before[k]))
}

/** Projected Adam on the variables of all activations. */
export class VariableAscent {
  readonly #relaxed: Relaxed
  /** Factors on the steps of β: it competes with Λ, so its steps follow |Λ|, at least the mean of the layer. */
  readonly #betaScale: Tensor | null
  readonly #steps: Tensor
  readonly #alphas: readonly UnrolledAdam[]
  readonly #beta = new UnrolledAdam()
  #count = 0

  /**
   * `pass`: the first, whose Λ scale the steps of β; a step without this scale fits one network and stalls on the next.
   * `given.steps` [rows or 1, count] from `adamSteps`; `given.first` and `second`: α's moments of the steps before these.
   */
  constructor(relaxed: Relaxed, given: Given, { choices }: BackwardResult, betaRate: number) {
    const { cone, splits } = relaxed
    const moments = 'first' in given ? [given.first, given.second].map((all) => byActivation(cone, all)) : null
    this.#relaxed = relaxed
    this.#steps = given.steps
    this.#alphas = cone.activations.map((_, k) =>
      moments ? new UnrolledAdam(moments[0][k], moments[1][k]) : new UnrolledAdam(),
    )
    const sizeOf = (k: number): Tensor => tf.abs((choices.get(cone.activations[k].node.id) as Choice).coefficient)
    const scale = splits?.read(sizeOf, (listed, all) => tf.maximum(listed, tf.mean(all, 1, true)))
    this.#betaScale = scale ? tf.mul(scale, tf.scalar(betaRate)) : null
  }

  step({ alphas, beta }: Variables, gradient: Variables): Variables {
    const size = tf.slice(this.#steps, [0, this.#count++], [-1, 1])
    const pulled =
      beta && gradient.beta && this.#betaScale
        ? tf.add(beta, tf.mul(this.#beta.step(gradient.beta, size), this.#betaScale))
        : null
    const moved = alphas.map((alpha, k) => tf.add(alpha, this.#alphas[k].step(gradient.alphas[k], size)))
    return within(this.#relaxed, { alphas: moved, beta: pulled })
  }

  /** α's moments, [rows, neurons]; null before any step. */
  get moments(): { first: Tensor; second: Tensor } | null {
    const all = this.#alphas.flatMap((adam) => adam.moments ?? [])
    if (all.length === 0) return null
    return { first: join(all.map(({ first }) => first)), second: join(all.map(({ second }) => second)) }
  }
}
