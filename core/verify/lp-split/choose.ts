// Which ReLU a case is split on.
import type { Definition } from '../milp/relu-rows.ts'
import type { CaseBounds } from './propagate.ts'

/** A solution that violates a ReLU by less than this satisfies it. */
const VIOLATION = 1e-9
/** What a violation counts where the multiplier of its triangle is 0. */
const LEAST_PRICE = 1e-6

/** The ReLU to split, by place among the definitions, and the phase to look at first. */
export interface Choice {
  readonly place: number
  readonly active: boolean
}

/**
 * The open ReLU whose violation costs most: how far both its parts are above 0, times the multiplier of its triangle.
 * null where the solution satisfies all ReLUs.
 */
export function costliest(
  definitions: readonly Definition[],
  { signs }: CaseBounds,
  point: Float64Array,
  rowDual: Float64Array | null,
): Choice | null {
  let most = 0
  let choice: Choice | null = null
  for (const [place, { row, positive, negative }] of definitions.entries()) {
    if (negative < 0 || signs[place] !== 0) continue
    const violation = Math.min(point[positive], point[negative])
    const cost = violation * (LEAST_PRICE + Math.abs(rowDual?.[triangleOf(row)] ?? 0))
    if (violation < VIOLATION || !(cost > most)) continue
    most = cost
    choice = { place, active: point[positive] >= point[negative] }
  }
  return choice
}

/** The first open ReLU, where there is no solution to go by. */
export function anyOpen(definitions: readonly Definition[], { signs }: CaseBounds): Choice | null {
  const place = definitions.findIndex(({ negative }, i) => negative >= 0 && signs[i] === 0)
  return place < 0 ? null : { place, active: true }
}

/** The triangle of a ReLU is the row after the one that defines it. */
function triangleOf(row: number): number {
  return row + 1
}
