// What an activation must provide to bound propagation: two lines per neuron, one free parameter, its gradient.
import type { Tensor } from '../../engine/tensor.ts'

/**
 * Lines around an activation on its bounds: lowerSlope·z + lowerIntercept ≤ φ(z) ≤ upperSlope·z + upperIntercept.
 * Tensors are [rows, neurons] or [1, neurons]; a null intercept is zero.
 */
export interface Lines {
  readonly lowerSlope: Tensor
  readonly lowerIntercept: Tensor | null
  readonly upperSlope: Tensor
  readonly upperIntercept: Tensor
}

/** An activation layer on given bounds, inside a program. The free parameter of every neuron lies in [low, high] ⊆ [0,1]-like ranges. */
export interface PreparedRelaxation {
  readonly low: Tensor
  readonly high: Tensor
  lines(parameter: Tensor): Lines
  /**
   * Gradient of the bound with respect to the parameter: `coefficient` Λ on the activation's output and `pre` the relaxed
   * pre-activation at the minimiser (spec C.4), both [rows, neurons].
   */
  gradient(coefficient: Tensor, pre: Tensor, parameter: Tensor): Tensor
}

/** The rule of one activation kind. */
export interface Relaxation<L> {
  /** Names of host-made arrays [neurons] that `prepare` needs besides the bounds. */
  readonly arrays: readonly string[]
  /** Whether its neurons can be split at zero. */
  readonly splits: boolean
  /** True where neuron i is not an exact line on [lower, upper]: only there are tighter bounds worth rows. */
  isLoose(layer: L, i: number, lower: number, upper: number): boolean
  /** Parameter of plain CROWN for neuron i. */
  initial(layer: L, i: number, lower: number, upper: number): number
  /** The arrays named by `arrays`, from bounds [neurons]; programs in float32 round them to nearest. */
  hostArrays(layer: L, lower: ArrayLike<number>, upper: ArrayLike<number>): Readonly<Record<string, Float64Array>>
  /** `lower`, `upper`: [rows or 1, neurons]; `arrays` by name, [1, neurons]. */
  prepare(layer: L, lower: Tensor, upper: Tensor, arrays: Readonly<Record<string, Tensor>>): PreparedRelaxation
}
