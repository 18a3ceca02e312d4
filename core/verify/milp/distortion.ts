// The smallest ℓ∞ distance of a counterexample, minimised in one MILP (MIPVerify's "closest"; spec C.10).
import { intervalBounds } from '../../bounds/interval.ts'
import type { Witness } from '../outcome.ts'
import type { VerifyContext } from '../prepared.ts'
import type { Problem } from '../problem.ts'
import { Replay } from '../replay.ts'
import { Encoding } from './encode.ts'
import { absorbTinyTerms, rangeOf } from './relu-rows.ts'
import type { SparseModel } from './sparse-model.ts'
import { tightenBounds } from './tighten.ts'
import { pickOf } from './objective.ts'

/**
 * A row counts as violated up to this above 0, as a part of what it ranges over, so that no tolerance of the solver hides a
 * counterexample.
 */
const MARGIN = 1e-6
/** What the solver's tolerances can move a distance by. */
const DISTANCE_MARGIN = 1e-6
/** Share of the time for tightening, and the limit for one neuron's bound, in seconds. */
const TIGHTEN_SHARE = 0.4
const SECONDS_EACH = 20
/** How far beyond the optimum, where rows are 0, a point is looked for at which they are negative. */
const NUDGES = [0, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3]

export interface Distortion {
  /** No counterexample of the box is nearer than this, by the word of HiGHS. */
  readonly lower: number
  /** The nearest counterexample that replays. */
  readonly witness: Witness | null
}

/**
 * Minimises max |x − centre| over the counterexamples in the problem's box. `start` is one of them; `raise` hears the bound
 * as it rises. At the time limit the bracket is what it is by then.
 * @throws NotEncodable, EspalierError 'verify/solver'
 */
export async function minimalDistortion(
  context: VerifyContext,
  problem: Problem,
  start: Witness | null,
  seconds: number,
  signal: AbortSignal,
  raise: (lower: number) => void,
): Promise<Distortion> {
  const deadline = performance.now() + seconds * 1000
  const { fused: network } = context.prepare(problem.network)
  const known = intervalBounds(network, problem.box).preActivations
  const { bounds } = await tightenBounds(
    { network, box: problem.box, bounds: known },
    context.pool,
    { seconds: seconds * TIGHTEN_SHARE, secondsEach: SECONDS_EACH, integer: true, progressive: true },
    signal,
  )
  const encoding = new Encoding(network, problem.box, bounds)
  const search = new Nearest(problem, start)
  const model = closestModel(encoding, problem)
  const limit = search.best?.linf
  const result = await context.pool.solve(
    model,
    {
      seconds: Math.max(0.05, (deadline - performance.now()) / 1000),
      ...(limit === undefined ? {} : { cutoff: limit + DISTANCE_MARGIN }),
      ...(search.best ? { start: encoding.assignment(search.best.input) } : {}),
    },
    signal,
    {
      progress: ({ dualBound }) => raise(dualBound - DISTANCE_MARGIN),
      candidate: (point) => {
        search.look(encoding.inputOf(point))
        return false
      },
    },
  )
  if (result.point) search.look(encoding.inputOf(result.point))
  return { lower: Math.max(0, result.dualBound - DISTANCE_MARGIN), witness: search.best }
}

/** Minimise t with |x − centre| ≤ t and the property violated: all rows at most 0, or one of them, picked by binaries. */
function closestModel(encoding: Encoding, problem: Problem): SparseModel {
  const { box, property } = problem
  const centre = problem.centre ?? box.lower.map((low, i) => (low + box.upper[i]) / 2)
  const radius = centre.reduce((far, c, i) => Math.max(far, c - box.lower[i], box.upper[i] - c), 0)
  const { builder } = encoding
  const distance = encoding.addDerived(0, radius, (_output, x) =>
    x.reduce((far, value, i) => Math.max(far, Math.abs(value - centre[i])), 0),
  )
  const rows = Array.from({ length: property.rows.rows }, (_, row) => row)
  const expressions = rows.map((row) => encoding.row(property.rows, row))
  const isSmallest = (row: number) => (output: Float64Array) => pickOf(property.rows, rows, output) === row
  const picks = property.kind === 'any-positive' ? null : rows.map((row) => encoding.addPick(isSmallest(row)))
  for (const [row, expression] of expressions.entries()) {
    const { indices, values, constant, slack } = absorbTinyTerms(builder, expression)
    const range = rangeOf(builder, expression)
    const room = picks === null ? 0 : Math.max(0, range.upper)
    const margin = MARGIN * (1 + Math.max(Math.abs(range.lower), Math.abs(range.upper)))
    const limit = margin + room - constant - slack.lower
    builder.addRow(
      -Infinity,
      limit,
      [...indices, ...(picks ? [picks[row]] : [])],
      [...values, ...(picks ? [room] : [])],
    )
  }
  if (picks) builder.addRow(1, 1, picks, new Float64Array(picks.length).fill(1))
  for (let i = 0; i < centre.length; i++) {
    const { indices } = encoding.input(i)
    if (indices.length === 0) continue
    const column = indices[0]
    if (box.upper[i] > centre[i]) builder.addRow(-Infinity, centre[i], [column, distance], [1, -1])
    if (box.lower[i] < centre[i]) builder.addRow(centre[i], Infinity, [column, distance], [1, 1])
  }
  return builder.build({ indices: [distance], values: [1], constant: 0 })
}

/** The nearest counterexample among the points of a solver, which lie where the rows are 0. */
class Nearest {
  best: Witness | null
  readonly #problem: Problem
  readonly #replay: Replay

  constructor(problem: Problem, start: Witness | null) {
    this.#problem = problem
    this.#replay = new Replay(problem)
    this.best = start
  }

  look(point: Float64Array): void {
    const { centre } = this.#problem
    for (const nudge of centre ? NUDGES : [0]) {
      const beyond = centre ? point.map((value, i) => value + nudge * (value - centre[i])) : point
      const witness = this.#replay.accept(beyond)
      if (!witness) continue
      if (witness.linf < (this.best?.linf ?? Infinity)) this.best = witness
      return
    }
  }
}
