// How much a verifier may spend, what it says while it works, and what it concludes.
import { toErrorData, type ErrorData } from '../contract/errors.ts'
import type { Evidence, Verdict, VerifierName } from '../contract/verdict.ts'
import type { Proof } from '../certify/proof.ts'
import type { Known } from './known.ts'

export type { Evidence, Verdict, VerifierName }

/** How much a verifier may spend. `seconds` is wall-clock time; `domains` bounds branch and bound. */
export interface Budget {
  readonly seconds: number
  readonly domains?: number
}

/** A replayed counterexample. */
export interface Witness {
  /** Inside the box, flat, raw pixel units. */
  readonly input: Float64Array
  /** float64 outputs of the original network at `input`. */
  readonly output: Float64Array
  /** max |input - centre|; centre of the box where the problem has none. */
  readonly linf: number
  /** The row value that decides: smallest row of `all-positive`, largest row of `any-positive`; negative. */
  readonly margin: number
}

/** What a verifier concluded. `detail` holds figures of the method by name (stage seconds, nodes, restarts, …). */
export interface Outcome {
  readonly verdict: Verdict
  /** null unless the verdict is `verified` or `falsified`. */
  readonly evidence: Evidence | null
  /** Which verifier (stage of `auto`) decided. */
  readonly method: VerifierName
  readonly seconds: number
  /** Best lower bound known of the property's value (min over rows, or max over rows for `any-positive`). */
  readonly lowerBound: number | null
  readonly domains: number
  /** Unstable neurons at the root; null where the method never computed it. */
  readonly unstable: number | null
  readonly witness: Witness | null
  readonly detail: Readonly<Record<string, number>>
  /** What was found out about the box on the way, for questions about parts of it; null where no bounds were computed. */
  readonly learned: Known | null
  /** Why the verdict is not definite, in a sentence. */
  readonly reason?: string
  readonly error?: ErrorData
  /** The proof behind evidence `certified`, where the caller wants to keep it. */
  readonly proof?: Proof
}

/** What a verifier says while it works. */
export interface VerifyProgress {
  readonly stage: VerifierName
  readonly seconds: number
  readonly lowerBound: number | null
  /** Best value seen at a point of the box (incumbent of MILP, smallest attack margin). */
  readonly upperBound: number | null
  /** Domains or nodes visited so far. */
  readonly domains: number
  /** Domains or nodes still open; null where the method does not say. */
  readonly open: number | null
  /** How many open domains have each depth of the tree, the root's first; absent where there is no such tree. */
  readonly depths?: readonly number[]
}

/** The outcome of a verifier that broke. */
export function failedOutcome(method: VerifierName, seconds: number, thrown: unknown): Outcome {
  const error = toErrorData(thrown)
  return {
    verdict: 'error',
    evidence: null,
    method,
    seconds,
    lowerBound: null,
    domains: 0,
    unstable: null,
    witness: null,
    detail: {},
    learned: null,
    reason: error.message,
    error,
  }
}
