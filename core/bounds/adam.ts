// Adam unrolled into a program: the host gives the step sizes, the moments may come from an earlier call and go on to the next.
import { tf, type Tensor } from '../engine/tensor.ts'

const BETA1 = 0.9
const BETA2 = 0.999
/** Adam's ε, on the scale of bound per unit of α. */
const EPSILON = 1e-8

/** Steps start at `rate` and shrink by `decay` after each. */
export interface StepSettings {
  readonly rate: number
  readonly decay: number
}

/**
 * Sizes of the steps done + 1 … done + count, [count]. The moments are kept unscaled, m' = β₁m + g and v' = β₂v + g², so the
 * bias corrections are part of the sizes.
 */
export function adamSteps({ rate, decay }: StepSettings, done: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, k) => {
    const first = (1 - BETA1) / (1 - BETA1 ** (done + k + 1))
    const second = (1 - BETA2) / (1 - BETA2 ** (done + k + 1))
    return (rate * decay ** (done + k) * first) / Math.sqrt(second)
  })
}

export class UnrolledAdam {
  #first: Tensor | null
  #second: Tensor | null

  /** Moments of the steps before these, or null. */
  constructor(first: Tensor | null = null, second: Tensor | null = null) {
    this.#first = first
    this.#second = second
  }

  get moments(): { first: Tensor; second: Tensor } | null {
    return this.#first && this.#second ? { first: this.#first, second: this.#second } : null
  }

  /** The step for gradient `g`; `size` [rows or 1, 1] is the next of `adamSteps`, times a factor for each row. */
  step(g: Tensor, size: Tensor): Tensor {
    const square = tf.mul(g, g)
    this.#first = this.#first ? tf.add(tf.mul(this.#first, tf.scalar(BETA1)), g) : g
    this.#second = this.#second ? tf.add(tf.mul(this.#second, tf.scalar(BETA2)), square) : square
    return tf.mul(tf.div(this.#first, tf.add(tf.sqrt(this.#second), tf.scalar(EPSILON))), size)
  }
}
