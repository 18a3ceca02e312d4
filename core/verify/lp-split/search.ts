// Depth-first search by cases: a linear programme a case, ReLUs split only where its solution violates them (spec C.11).
import { certifiedBound } from '../milp/certified-bound.ts'
import type { Case, CaseModel, CaseReport } from './cases.ts'
import { anyOpen, costliest, type Choice } from './choose.ts'
import { propagateCase, type CaseBounds } from './propagate.ts'

/** What a solver found for one case. `above`: the objective passed the cutoff; the multipliers say by how much. */
export interface CaseSolution {
  readonly status: 'optimal' | 'above' | 'infeasible' | 'stopped' | 'failed'
  /** Row multipliers; of an infeasible case a ray, where there is one. */
  readonly rowDual: Float64Array | null
  readonly point: Float64Array | null
}

export interface CaseSolver {
  /** `exact`: solve to the optimum, from scratch, without a cutoff. */
  solve(bounds: CaseBounds, exact: boolean): CaseSolution
}

export interface CaseLimits {
  /** Asked before every linear programme. */
  readonly stopped: () => boolean
  /** Hears the solution of every case that stays open: a candidate counterexample. */
  readonly candidate: (point: Float64Array) => void
}

/** Works through the cases until none is left or the limits say so; those left are returned. */
export function searchCases(
  model: CaseModel,
  cases: readonly Case[],
  solver: CaseSolver,
  { stopped, candidate }: CaseLimits,
): CaseReport {
  const open = [...cases]
  const tally = { solved: 0, closed: 0, undecided: 0, lowerBound: Infinity }
  for (let current = open.pop(); current; current = open.pop()) {
    const ending = stopped() ? 'stopped' : settle(model, current, solver)
    if (ending === 'stopped') {
      open.push(current)
      break
    }
    tally.solved += ending.solved
    if (ending.kind === 'closed') {
      tally.closed++
      tally.lowerBound = Math.min(tally.lowerBound, ending.bound)
      continue
    }
    if (ending.point) candidate(ending.point)
    if (ending.children.length === 0) {
      tally.undecided++
      tally.lowerBound = Math.min(tally.lowerBound, ending.bound)
    }
    open.push(...ending.children)
  }
  return { open, ...tally }
}

type Ending =
  | { readonly kind: 'closed'; readonly bound: number; readonly solved: number }
  | {
      readonly kind: 'open'
      readonly bound: number
      readonly point: Float64Array | null
      /** The likelier one last, so that it comes next; none where no ReLU is left to split. */
      readonly children: readonly Case[]
      readonly solved: number
    }

function settle(model: CaseModel, current: Case, solver: CaseSolver): Ending | 'stopped' {
  const bounds = propagateCase(model, current.signs)
  if (!bounds) return { kind: 'closed', bound: Infinity, solved: 0 }
  const first = conclude(model, current, bounds, solver.solve(bounds, false), 1)
  if (first !== 'again') return first
  const second = conclude(model, current, bounds, solver.solve(bounds, true), 2)
  return second === 'again' ? split(current, anyOpen(model.definitions, bounds), current.bound, null, 2) : second
}

function conclude(
  { model, definitions }: CaseModel,
  current: Case,
  bounds: CaseBounds,
  { status, rowDual, point }: CaseSolution,
  solved: number,
): Ending | 'again' | 'stopped' {
  if (status === 'stopped') return 'stopped'
  if (status === 'failed') return 'again'
  const cell = { ...model, lower: bounds.lower, upper: bounds.upper }
  if (status === 'infeasible') {
    const empty = { ...cell, cost: new Float64Array(model.columns), offset: 0 }
    const rays = rowDual ? [rowDual, rowDual.map((value) => -value)] : []
    // Without a ray that proves it, emptiness is a matter of tolerances: a sliver of points may be there.
    return rays.some((ray) => certifiedBound(empty, ray) > 0) ? { kind: 'closed', bound: Infinity, solved } : 'again'
  }
  const bound = Math.max(current.bound, rowDual ? certifiedBound(cell, rowDual) : -Infinity)
  if (bound > 0) return { kind: 'closed', bound, solved }
  if (status === 'above' || !point) return 'again'
  return split(current, costliest(definitions, bounds, point, rowDual), bound, point, solved)
}

/** Two children that differ in the sign of one ReLU; the side that the solution is on comes first. */
function split(
  current: Case,
  choice: Choice | null,
  bound: number,
  point: Float64Array | null,
  solved: number,
): Ending {
  const child = (choice: Choice, sign: number): Case => {
    const signs = current.signs.slice()
    signs[choice.place] = sign
    return { signs, bound }
  }
  const children = choice === null ? [] : (choice.active ? [-1, 1] : [1, -1]).map((sign) => child(choice, sign))
  return { kind: 'open', bound, point, children, solved }
}
