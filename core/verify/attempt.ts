// One verification under way: what its stages have found out so far, and what is left to prove.
import type { Box, OutputRows, PreActivationBounds } from '../bounds/box.ts'
import type { EspalierError } from '../contract/errors.ts'
import { activationNodes } from '../nn/index.ts'
import type { SearchKeeper } from './keeper.ts'
import type { Budget, Evidence, VerifierName, VerifyProgress, Witness } from './outcome.ts'
import type { PreparedNetwork, VerifyContext } from './prepared.ts'
import type { Problem } from './problem.ts'
import type { ProofRecorder } from './proof/recorder.ts'
import { Replay } from './replay.ts'

/** A definite answer. `method` is who found it where that is not the stage itself. */
export type Decision =
  | { readonly verdict: 'verified'; readonly evidence: Evidence; readonly method?: VerifierName }
  | { readonly verdict: 'falsified'; readonly witness: Witness; readonly method?: VerifierName }

/** Least milliseconds between two reports of one stage. */
const REPORT_EVERY = 100

/** The state that stages share. Row bounds only ever rise. */
export class Attempt {
  readonly context: VerifyContext
  readonly problem: Problem
  readonly prepared: PreparedNetwork
  readonly replay: Replay
  readonly budget: Budget
  readonly signal: AbortSignal
  /** Where stages write down what a proof needs; null where none is wanted. */
  recorder: ProofRecorder | null
  readonly keeper: SearchKeeper | null
  /** Lower bounds of the property's rows, −Infinity where nothing is known. */
  readonly rowLower: Float64Array
  /** Figures for `Outcome.detail`. */
  readonly detail: Record<string, number> = {}
  /** Points worth trying as counterexamples or starting from: minimisers, best attack candidates. */
  readonly points: Float64Array[] = []
  bounds: PreActivationBounds | null
  /** Whether some of the bounds rest on HiGHS' word. */
  bySolver: boolean
  /** Whether α was optimised for `bounds`: doing it again gains little. */
  ascended = false
  /** α of the last bound of every row [rows, neurons], for stages that start from it. */
  alpha: Float32Array | null = null
  domains = 0
  upperBound: number | null = null
  /** Why the last stage did not decide. */
  reason: string | null = null
  /** What broke in a stage that others can stand in for. */
  failure: EspalierError | null = null
  #floor = -Infinity
  /** What was last told: bounds never fall, and one stage is not heard too often. */
  #told = { stage: null as VerifierName | null, at: 0, lowerBound: -Infinity }
  readonly #started = performance.now()
  readonly #report: (progress: VerifyProgress) => void

  constructor(
    context: VerifyContext,
    problem: Problem,
    budget: Budget,
    signal: AbortSignal,
    report: (progress: VerifyProgress) => void,
    recorder: ProofRecorder | null = null,
    keeper: SearchKeeper | null = null,
  ) {
    this.context = context
    this.problem = problem
    this.prepared = context.prepare(problem.network)
    this.replay = new Replay(problem)
    this.budget = budget
    this.signal = signal
    this.recorder = recorder
    this.keeper = keeper
    this.bounds = problem.known?.bounds ?? null
    this.bySolver = problem.known?.bySolver ?? false
    this.rowLower = problem.known?.rowLower.slice() ?? new Float64Array(problem.property.rows.rows).fill(-Infinity)
    this.#report = report
  }

  get box(): Box {
    return this.problem.box
  }

  get seconds(): number {
    return (performance.now() - this.#started) / 1000
  }

  /** Lower bound of the property's value. */
  get lowerBound(): number {
    return Math.max(this.#floor, this.#rowBound)
  }

  /** What the row bounds alone say. */
  get #rowBound(): number {
    return this.problem.property.kind === 'all-positive'
      ? this.rowLower.reduce((low, value) => Math.min(low, value), Infinity)
      : this.rowLower.reduce((high, value) => Math.max(high, value), -Infinity)
  }

  /** Whether the row bounds prove the property. NaN proves nothing. */
  get proved(): boolean {
    return this.#rowBound > 0
  }

  /** Rows not proved positive yet, by index of the property. */
  get openRows(): number[] {
    return Array.from(this.rowLower.keys()).filter((row) => !(this.rowLower[row] > 0))
  }

  /** The open rows alone. */
  get openOutputRows(): OutputRows {
    return selectRows(this.problem.property.rows, this.openRows)
  }

  /** Unstable neurons at the root (l < 0 < u, not grafted); null before any bounds. */
  get unstable(): number | null {
    if (!this.bounds) return null
    let count = 0
    for (const { node, preActivationNode } of activationNodes(this.prepared.fused)) {
      const known = this.bounds.get(preActivationNode)
      if (!known || node.layer.kind === 'sigmoid' || node.layer.kind === 'graftedSigmoid') continue
      const mask = node.layer.kind === 'graftedRelu' ? node.layer.mask.data : null
      for (let i = 0; i < known.lower.length; i++)
        if (mask?.[i] !== 1 && known.lower[i] < 0 && known.upper[i] > 0) count++
    }
    return count
  }

  /** Raises the bounds of the given rows; NaN is no bound. */
  raise(rows: readonly number[], lower: ArrayLike<number>): void {
    rows.forEach((row, i) => {
      if (lower[i] > this.rowLower[row]) this.rowLower[row] = lower[i]
    })
  }

  /** Raises the bound of the property as a whole (branch and bound, MILP); NaN is no bound. */
  raiseFloor(lowerBound: number): void {
    if (lowerBound > this.#floor) this.#floor = lowerBound
  }

  /** Reports, at most every `REPORT_EVERY` from one stage. `lowerBound` holds for the whole property. */
  progress(stage: VerifierName, open: number | null = null, lowerBound = -Infinity, depths?: readonly number[]): void {
    const at = performance.now()
    if (stage === this.#told.stage && at - this.#told.at < REPORT_EVERY) return
    const best = Math.max(this.lowerBound, this.#told.lowerBound, lowerBound)
    this.#told = { stage, at, lowerBound: best }
    const { seconds, domains, upperBound } = this
    const known = Number.isFinite(best) ? best : null
    this.#report({ stage, seconds, lowerBound: known, upperBound, domains, open, ...(depths && { depths }) })
  }

  add(name: string, value: number): void {
    this.detail[name] = (this.detail[name] ?? 0) + value
  }
}

/** The rows with the given indices. */
export function selectRows({ rows, coefficients, offsets }: OutputRows, chosen: readonly number[]): OutputRows {
  const outputs = rows === 0 ? 0 : coefficients.length / rows
  return {
    rows: chosen.length,
    coefficients: Float64Array.from(
      chosen.flatMap((row) => Array.from(coefficients.subarray(row * outputs, (row + 1) * outputs))),
    ),
    offsets: Float64Array.from(chosen, (row) => offsets[row]),
  }
}
