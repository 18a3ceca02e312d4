// The question a verifier answers and the answer it gives: network, input box, linear output property; verdict with evidence.
import type { Box, OutputRows } from '../bounds/box.ts'
import type { ErrorData } from '../contract/errors.ts'
import type { Evidence, Verdict, VerifierName } from '../contract/verdict.ts'
import type { Network } from '../nn/network.ts'

export type { Evidence, Verdict, VerifierName }

/**
 * What must hold for every x of the box, with row values r_i(x) = c_i·f(x) + d_i:
 * - `all-positive`: every row is positive (untargeted robustness); one row ≤ 0 is a counterexample.
 * - `any-positive`: at least one row is positive (targeted robustness, Marabou's form); a counterexample has all rows ≤ 0 at once.
 *
 * Ties (a row exactly 0) are neither verified nor accepted as counterexamples.
 */
export type Property =
  | { readonly kind: 'all-positive'; readonly rows: OutputRows }
  | { readonly kind: 'any-positive'; readonly rows: OutputRows }

/** One verification question. The network is the original one: batch-norm layers not fused. Box in raw pixel units, flat. */
export interface Problem {
  readonly network: Network
  readonly box: Box
  readonly property: Property
  /** The input the box was built around, if there is one: tried first as a counterexample, and the origin of `Witness.linf`. */
  readonly centre?: Float64Array
}

/** How much a verifier may spend. `seconds` is wall-clock time; `domains` and `memoryBytes` bound branch and bound. */
export interface Budget {
  readonly seconds: number
  readonly domains?: number
  readonly memoryBytes?: number
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
  /** Why the verdict is not definite, in a sentence. */
  readonly reason?: string
  readonly error?: ErrorData
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
}

/** One verification method. Never rejects for a hard problem or a full budget; rejects with `EspalierError` for what is broken. */
export interface Verifier {
  readonly name: VerifierName
  /**
   * Decides the problem within the budget. When `signal` aborts, ends within about a second with verdict `unknown`
   * and reason `cancelled`.
   */
  verify(
    problem: Problem,
    budget: Budget,
    signal: AbortSignal,
    report: (progress: VerifyProgress) => void,
  ): Promise<Outcome>
}
