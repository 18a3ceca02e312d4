// Settles the rows of a property by MILP: one model per row (or one for all rows together), several at a time.
import { evaluate64 } from '../../nn/index.ts'
import type { Witness } from '../outcome.ts'
import type { Replay } from '../replay.ts'
import { rowValues } from '../rows.ts'
import type { Encoding } from './encode.ts'
import { encodeRow, encodeSmallest, type Encodable } from './objective.ts'
import type { SolveProgress } from './protocol.ts'
import { objectiveReach } from './scaling.ts'
import type { SolverPool } from './solver-pool.ts'

/**
 * In units of what the objective can vary by: HiGHS' feasibility tolerance is 1e-7 per scaled row, so this margin is taken
 * off its bounds. Points are looked for up to `CUTOFF`, so that a minimum between the two is found and not pruned by
 * tolerance.
 */
const SOLVER_MARGIN = 1e-6
const CUTOFF = 1e-5

/** What is asked of the solver. `rows` indexes the property's rows that are still open (`all-positive` only). */
export interface MilpTask extends Encodable {
  readonly rows: readonly number[]
  /** All rows in one model (MIPVerify) instead of a model for each (ERAN). */
  readonly together?: boolean
  readonly replay: Replay
  readonly pool: SolverPool
  readonly seconds: number
  readonly signal: AbortSignal
  /** Points of the box (from attacks, minimisers of bounds); the best of them for a row is the solver's start. */
  readonly starts?: readonly ArrayLike<number>[]
  progress?(progress: MilpProgress): void
}

export interface MilpProgress {
  readonly lowerBound: number
  readonly incumbent: number | null
  readonly nodes: number
}

/** `verified`: every row proved by the solver. `limit`: time or signal. `gap`: solved, but within the solver's tolerance of 0. */
export interface MilpReport {
  readonly status: 'verified' | 'falsified' | 'limit' | 'gap'
  readonly witness: Witness | null
  /** Lower bound of the property's value; rows are only pursued up to `CUTOFF`, so never above it. */
  readonly lowerBound: number
  readonly nodes: number
  readonly binaries: number
  /** Rows (by index of the property) that were not proved. */
  readonly open: readonly number[]
}

interface RowResult {
  readonly row: number
  readonly lowerBound: number
  readonly limit: boolean
  readonly binaries: number
}

/** Solves the open rows. @throws NotEncodable, EspalierError 'verify/solver'. */
export async function decideByMilp(task: MilpTask): Promise<MilpReport> {
  const deadline = performance.now() + task.seconds * 1000
  const stop = new AbortController()
  const signal = AbortSignal.any([task.signal, stop.signal])
  const board = new Board(task)
  const solveRow = async (row: number): Promise<RowResult> => {
    const { encoding, objective, rounding } = isWhole(task) ? encodeWhole(task) : encodeRow(task, row)
    const model = encoding.builder.build(objective)
    const seconds = (deadline - performance.now()) / 1000
    const binaries = encoding.binaries
    const reach = objectiveReach(model, objective)
    const [margin, cutoff] = [SOLVER_MARGIN * reach, CUTOFF * reach + rounding]
    if (seconds <= 0 || signal.aborted) return { row, lowerBound: -Infinity, limit: true, binaries }
    const accept = (point: Float64Array): boolean => board.accept(encoding.inputOf(point))
    const start = bestStart(task, row, encoding)
    const settings = { seconds, cutoff, stopAbove: cutoff, ...(start ? { start } : {}) }
    const result = await task.pool.solve(model, settings, signal, {
      progress: (progress) => board.progress(row, { ...progress, dualBound: progress.dualBound - margin }),
      candidate: accept,
    })
    if (result.point && accept(result.point)) stop.abort()
    if (board.witness) stop.abort()
    const lowerBound = result.dualBound - margin
    board.close(row, result.nodes, lowerBound)
    const limit = result.status === 'limit' || result.status === 'interrupted' || result.status === 'failed'
    return { row, lowerBound, limit, binaries }
  }
  try {
    return summarise(await inLanes(questionsOf(task), task.pool.size, solveRow), board)
  } finally {
    stop.abort()
  }
}

/** Whether one model is about all open rows. */
function isWhole({ property, together }: MilpTask): boolean {
  return property.kind === 'any-positive' || together === true
}

/** The models to solve: open rows, or the single model of all of them under number 0. */
function questionsOf(task: MilpTask): readonly number[] {
  return isWhole(task) ? [0] : task.rows
}

function encodeWhole(task: MilpTask): ReturnType<typeof encodeRow> {
  return task.property.kind === 'any-positive' ? encodeRow(task, 0) : encodeSmallest(task, task.rows)
}

/** What the model of all open rows minimises. */
function wholeValue({ property, rows }: MilpTask, values: Float64Array): number {
  return property.kind === 'any-positive' ? Math.max(...values) : Math.min(...rows.map((row) => values[row]))
}

/** Works through the items with `lanes` of them under way at a time, in order. Waits for all even when one fails. */
async function inLanes<T, R>(items: readonly T[], lanes: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const queue = items.entries()
  const results: R[] = []
  const lane = async (): Promise<void> => {
    for (const [place, item] of queue) results[place] = await work(item)
  }
  const settled = await Promise.allSettled(Array.from({ length: lanes }, lane))
  for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason
  return results
}

/** The start with the smallest objective, as an assignment of the columns. */
function bestStart(task: MilpTask, row: number, encoding: Encoding): Float64Array | null {
  let best: Float64Array | null = null
  let least = Infinity
  for (const candidate of task.starts ?? []) {
    const point = task.replay.clamp(candidate)
    if (!point) continue
    const values = rowValues(task.property.rows, evaluate64(task.network, point))
    const value = isWhole(task) ? wholeValue(task, values) : values[row]
    if (!(value < least)) continue
    least = value
    best = point
  }
  return best && encoding.assignment(best)
}

/** What the rows being solved have shown so far. */
class Board {
  readonly #task: MilpTask
  readonly #bounds = new Map<number, number>()
  readonly #nodes = new Map<number, number>()
  #incumbent: number | null = null
  witness: Witness | null = null

  constructor(task: MilpTask) {
    this.#task = task
    for (const row of questionsOf(task)) this.#bounds.set(row, -Infinity)
  }

  get nodes(): number {
    return [...this.#nodes.values()].reduce((sum, nodes) => sum + nodes, 0)
  }

  accept(point: Float64Array): boolean {
    this.witness ??= this.#task.replay.accept(point)
    return this.witness !== null
  }

  progress(row: number, { dualBound, incumbent, nodes }: SolveProgress): void {
    this.close(row, nodes, dualBound)
    if (incumbent !== null) this.#incumbent = Math.min(incumbent, this.#incumbent ?? Infinity)
    const lowerBound = Math.min(...this.#bounds.values())
    this.#task.progress?.({ lowerBound, incumbent: this.#incumbent, nodes: this.nodes })
  }

  close(row: number, nodes: number, bound: number): void {
    this.#bounds.set(row, Math.max(bound, this.#bounds.get(row) ?? -Infinity))
    this.#nodes.set(row, nodes)
  }
}

function summarise(results: readonly RowResult[], board: Board): MilpReport {
  const open = results.filter(({ lowerBound }) => !(lowerBound > 0))
  const common = {
    witness: board.witness,
    lowerBound: results.reduce((low, result) => Math.min(low, result.lowerBound), Infinity),
    nodes: board.nodes,
    binaries: results.reduce((most, { binaries }) => Math.max(most, binaries), 0),
    open: open.map(({ row }) => row),
  }
  if (board.witness) return { ...common, status: 'falsified' }
  if (open.length === 0) return { ...common, status: 'verified' }
  return { ...common, status: open.some(({ limit }) => limit) ? 'limit' : 'gap' }
}
