// Messages between the solver pool and its worker threads.
import type { Case, CaseModel, CaseReport } from '../lp-split/cases.ts'
import type { Objective, SparseModel } from './sparse-model.ts'

/** How one model is to be solved. */
export interface SolveSettings {
  /** Wall-clock limit in seconds. */
  readonly seconds: number
  /** Drop integrality: solve the LP relaxation, and return row duals. */
  readonly relax?: boolean
  /** Only points with a smaller objective are looked for; `infeasible` then means: none exists. */
  readonly cutoff?: number
  /** Stop as soon as the dual bound exceeds this. */
  readonly stopAbove?: number
  /** A full assignment of the columns to start from (MIP start). */
  readonly start?: Float64Array
}

/** One linear function to be bounded from below, above or both. */
export interface SweepTarget {
  readonly objective: Objective
  readonly wantLower: boolean
  readonly wantUpper: boolean
}

export interface SweepSettings {
  readonly seconds: number
  /** Limit per linear programme or MILP, in seconds. */
  readonly secondsEach: number
  /** Keep integrality (MILP bounds) instead of relaxing it (LP bounds, certified by outward rounding). */
  readonly integer: boolean
  /** The upper bound first, and the lower one only where the upper is above 0. */
  readonly signOnly?: boolean
}

/** The interrupt flag: one Int32 in shared memory; non-zero asks the worker to stop. */
export type InterruptFlag = Int32Array<SharedArrayBuffer>

/** Search by cases: works on the given cases for `seconds`, and hands back those that are left. */
export interface CasesRequest {
  readonly kind: 'cases'
  readonly caseModel: CaseModel
  readonly cases: readonly Case[]
  readonly seconds: number
  readonly flag: InterruptFlag
}

export type Request =
  | CasesRequest
  | {
      readonly kind: 'solve'
      readonly model: SparseModel
      readonly settings: SolveSettings
      readonly flag: InterruptFlag
    }
  | {
      readonly kind: 'sweep'
      readonly model: SparseModel
      readonly targets: readonly SweepTarget[]
      readonly settings: SweepSettings
      readonly flag: InterruptFlag
    }

/** `stopped`: `stopAbove` was passed. `limit`: time ran out. `interrupted`: the flag was set. `failed`: HiGHS gave up. */
export type SolveStatus = 'optimal' | 'infeasible' | 'stopped' | 'limit' | 'interrupted' | 'failed'

export interface SolveResult {
  readonly status: SolveStatus
  /** Objective of `point`. */
  readonly objective: number | null
  /** A lower bound of the objective over the model, by HiGHS' word; never above `cutoff`. -Infinity when there is none. */
  readonly dualBound: number
  readonly point: Float64Array | null
  /** Row duals of a relaxed solve that ended optimal; of one that ended infeasible, a Farkas ray. */
  readonly rowDual: Float64Array | null
  readonly nodes: number
  readonly seconds: number
}

export interface SolveProgress {
  readonly dualBound: number
  readonly incumbent: number | null
  /** Relative gap between the two; null without an incumbent. */
  readonly gap: number | null
  readonly nodes: number
}

export interface SweepBound {
  /** Which of the request's targets. */
  readonly target: number
  readonly lower: number | null
  readonly upper: number | null
}

export type Reply =
  | { readonly kind: 'progress'; readonly progress: SolveProgress }
  | { readonly kind: 'candidate'; readonly point: Float64Array; readonly objective: number }
  | { readonly kind: 'bound'; readonly bound: SweepBound }
  | { readonly kind: 'solved'; readonly result: SolveResult; readonly memoryBytes: number }
  | { readonly kind: 'swept'; readonly memoryBytes: number }
  | { readonly kind: 'searched'; readonly report: CaseReport; readonly memoryBytes: number }
  | { readonly kind: 'failed'; readonly message: string }
