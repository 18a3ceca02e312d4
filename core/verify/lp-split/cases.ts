// What the search by cases works on: the relaxed linear programme of a network, its ReLUs, and the cases still open.
import type { Definition } from '../milp/relu-rows.ts'
import type { SparseModel } from '../milp/sparse-model.ts'

/** A relaxed model with its objective, and the rows that define pre-activations, in an order in which they can be computed. */
export interface CaseModel {
  readonly model: SparseModel
  readonly definitions: readonly Definition[]
}

/** One case: what is assumed of every ReLU. */
export interface Case {
  /** By place among the definitions: 1 active (z ≥ 0), −1 inactive (z ≤ 0), 0 not decided. */
  readonly signs: Int8Array
  /** Lower bound of the objective that is known from the case it came from. */
  readonly bound: number
}

export interface CaseReport {
  /** Cases that are left, the newest last. */
  readonly open: readonly Case[]
  /** Linear programmes solved. */
  readonly solved: number
  /** Cases closed, by a bound or as empty. */
  readonly closed: number
  /** Cases with nothing left to split whose bound is not positive: the minimum is within the tolerances of 0. */
  readonly undecided: number
  /** Smallest bound of a closed or undecided case. */
  readonly lowerBound: number
}

/** The case in which nothing is assumed. */
export function wholeCase({ definitions }: CaseModel): Case {
  return { signs: new Int8Array(definitions.length), bound: -Infinity }
}
