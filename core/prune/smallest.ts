// The smallest entries of a list of magnitudes, the same ones on every machine.
import { EspalierError } from '../contract/errors.ts'

/** Indices of the `count` smallest magnitudes; among equals the lower index goes first. */
export function smallestIndices(magnitudes: Float64Array, count: number): Uint32Array {
  const order = Uint32Array.from(magnitudes, (_, index) => index)
  order.sort((a, b) => magnitudes[a] - magnitudes[b] || a - b)
  return order.slice(0, count)
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
