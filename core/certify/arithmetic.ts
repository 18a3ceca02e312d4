// Float64 rounding accounted for: what n operations can lose, and the neighbours of a number (spec D.3).

/** Unit roundoff of float64. */
export const UNIT = 2 ** -53
/** Covers what the products of one backward pass lose to underflow, each at most 2^-1074. */
export const UNDERFLOW = 1e-290
/** Factor on a computed sum of at most 2^22 non-negative numbers that makes it an upper bound of the exact one. */
export const INFLATION = 1 + 2 ** -30

/** γ_n = nu/(1 − nu), rounded up: |fl(Σ a_i b_i) − Σ a_i b_i| ≤ γ_n Σ|a_i b_i| for n terms, in any order, fused or not. */
export function gamma(n: number): number {
  const nu = n * UNIT
  return (nu / (1 - nu)) * (1 + 8 * UNIT)
}

/** A number below `x`: at least one unit in the last place. */
export function below(x: number): number {
  return x - Math.abs(x) * 2 * UNIT - Number.MIN_VALUE
}

/** A number above `x`. */
export function above(x: number): number {
  return -below(-x)
}
