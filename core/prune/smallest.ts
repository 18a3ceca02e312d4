// The smallest entries of a list of magnitudes, the same ones on every machine.
import { EspalierError } from '../contract/errors.ts'

/** Indices of the `count` smallest magnitudes; among equals the lower index goes first. */
export function smallestIndices(magnitudes: Float64Array, count: number): Uint32Array {
  const order = Uint32Array.from(magnitudes, (_, index) => index)
  order.sort((a, b) => magnitudes[a] - magnitudes[b] || a - b)
  return order.slice(0, count)
}

/** ⌊ratio·n⌋, not thrown off by the rounding of the product (0.29·100 is 28.999999999999996). */
export function shareOf(ratio: number, n: number): number {
  return Math.floor(ratio * n + 1e-9)
}

/** @throws EspalierError 'prune/ratio' unless 0 ≤ ratio ≤ 1 */
export function requireRatio(ratio: number): void {
  if (ratio >= 0 && ratio <= 1) return
  throw new EspalierError(
    'prune/ratio',
    `The pruning ratio must lie between 0 and 1, not ${ratio}.`,
    'Give the share to remove, for example 0.75.',
  )
}
