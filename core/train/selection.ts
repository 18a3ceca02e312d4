// The images on which a group of networks agrees about FGSM: the pruning paper's twenty (spec A.9).
import type { FgsmResult } from './fgsm.ts'

export interface SelectedImage {
  readonly index: number
  /** `found`: FGSM fools every network of the group; `missed`: it fools none. */
  readonly group: 'found' | 'missed'
}

/**
 * The first `found` images on which FGSM succeeds for every network, then the first `missed` on which it fails for every
 * one, in index order. Only images that every network classifies correctly are taken: for the others the answer is known
 * without verification. Fewer images come back where there are fewer.
 */
export function selectUnanimous(
  variants: readonly Pick<FgsmResult, 'correct' | 'fooled'>[],
  found: number,
  missed: number,
): readonly SelectedImage[] {
  const count = Math.min(...variants.map(({ correct }) => correct.length))
  const candidates = Array.from({ length: variants.length === 0 ? 0 : count }, (_, index) => index).filter((index) =>
    variants.every(({ correct }) => correct[index] === 1),
  )
  const agreeing = (fooled: number, limit: number): number[] =>
    candidates.filter((index) => variants.every((variant) => variant.fooled[index] === fooled)).slice(0, limit)
  return [
    ...agreeing(1, found).map((index): SelectedImage => ({ index, group: 'found' })),
    ...agreeing(0, missed).map((index): SelectedImage => ({ index, group: 'missed' })),
  ]
}
