// How many neurons or weights a share of them is.

/** ⌊ratio·n⌋, not thrown off by the rounding of the product (0.29·100 is 28.999999999999996). */
export function shareOf(ratio: number, n: number): number {
  return Math.floor(ratio * n + 1e-9)
}
