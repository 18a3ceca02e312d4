// The share that pruning takes, checked.
import { EspalierError } from '../contract/errors.ts'

/** @throws EspalierError 'prune/ratio' unless 0 ≤ ratio ≤ 1 */
export function requireRatio(ratio: number): void {
  if (ratio >= 0 && ratio <= 1) return
  throw new EspalierError(
    'prune/ratio',
    `The pruning ratio must lie between 0 and 1, not ${ratio}.`,
    'Give the share to remove, for example 0.75.',
  )
}
