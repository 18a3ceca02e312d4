// Decides a property by cases in the solver pool: every row its own search, searches halved where a thread is idle.
import type { Box, PreActivationBounds } from '../../bounds/box.ts'
import type { Network } from '../../nn/index.ts'
import { encodeRow } from '../milp/objective.ts'
import type { Encoding } from '../milp/encode.ts'
import type { SolverPool } from '../milp/solver-pool.ts'
import type { Witness } from '../outcome.ts'
import type { Property } from '../problem.ts'
import { wholeCase, type Case, type CaseModel, type CaseReport } from './cases.ts'

/** Seconds a thread works before it hands back what is left, so that others can share it. */
const SLICE_SECONDS = 1

export interface LpSplitTask {
  /** Fused network. */
  readonly network: Network
  readonly box: Box
  readonly property: Property
  /** Rows that are still open (`all-positive` only). */
  readonly rows: readonly number[]
  readonly bounds: PreActivationBounds
  readonly pool: SolverPool
  readonly seconds: number
  readonly signal: AbortSignal
  /** Turns a point into a witness if it replays. */
  accept(point: Float64Array): Witness | null
  progress(state: { lowerBound: number; solved: number; open: number }): void
}

/** `tie`: all cases are closed, but some minimum is within the tolerances of 0. */
export interface LpSplitReport {
  readonly status: 'verified' | 'falsified' | 'limit' | 'tie'
  readonly witness: Witness | null
  /** Lower bound of the property's value over the open rows. */
  readonly lowerBound: number
  /** Linear programmes solved. */
  readonly solved: number
  readonly closed: number
}

/** @throws NotEncodable, EspalierError 'verify/solver'. */
export async function decideByCases(task: LpSplitTask): Promise<LpSplitReport> {
  return new CaseSearch(task).run()
}

interface Piece {
  readonly question: Question
  readonly cases: readonly Case[]
}

/** One row, or all rows of an any-positive property together. */
interface Question {
  readonly encoding: Encoding
  readonly caseModel: CaseModel
}

/** The lanes' shared queue, and what has been found out. */
class CaseSearch {
  readonly #task: LpSplitTask
  readonly #deadline: number
  readonly #queue: Piece[]
  readonly #signal: AbortSignal
  readonly #stop = new AbortController()
  readonly #waiting: (() => void)[] = []
  readonly #tally = { solved: 0, closed: 0, undecided: 0, lowerBound: Infinity }
  #working = 0
  #witness: Witness | null = null

  constructor(task: LpSplitTask) {
    this.#task = task
    this.#deadline = performance.now() + task.seconds * 1000
    this.#signal = AbortSignal.any([task.signal, this.#stop.signal])
    const rows = task.property.kind === 'all-positive' ? task.rows : [0]
    this.#queue = rows.map((row) => {
      const { encoding, objective } = encodeRow(task, row, 'triangle')
      const caseModel = { model: encoding.builder.build(objective), definitions: encoding.definitions }
      return { question: { encoding, caseModel }, cases: [wholeCase(caseModel)] }
    })
  }

  /** As many lanes as the pool has threads; waits for all of them even when one fails. */
  async run(): Promise<LpSplitReport> {
    const lane = (): Promise<void> => this.#lane().catch((thrown: unknown) => this.#fail(thrown))
    const settled = await Promise.allSettled(Array.from({ length: this.#task.pool.size }, lane))
    for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason
    return this.#report()
  }

  #fail(thrown: unknown): never {
    this.#stop.abort()
    throw thrown
  }

  /** Takes pieces until there are none, here or in the other lanes. */
  async #lane(): Promise<void> {
    while (!this.#over && (this.#queue.length > 0 || this.#working > 0)) {
      const piece = this.#queue.shift()
      if (piece) await this.#work(piece)
      else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  get #over(): boolean {
    return this.#witness !== null || this.#signal.aborted || performance.now() >= this.#deadline
  }

  async #work(piece: Piece): Promise<void> {
    this.#working++
    try {
      const { question, cases } = piece
      const seconds = Math.min(SLICE_SECONDS, (this.#deadline - performance.now()) / 1000)
      const request = { caseModel: question.caseModel, cases, seconds }
      const report = await this.#task.pool.search(request, this.#signal, (point) =>
        this.#try(question.encoding.inputOf(point)),
      )
      if (report) this.#take(question, report)
      else this.#queue.push(piece)
    } finally {
      this.#working--
      for (const wake of this.#waiting.splice(0)) wake()
    }
  }

  #try(point: Float64Array): boolean {
    this.#witness ??= this.#task.accept(point)
    if (this.#witness) this.#stop.abort()
    return this.#witness !== null
  }

  /** What is left goes back, in two pieces where nobody has anything else to do. */
  #take(question: Question, { open, solved, closed, undecided, lowerBound }: CaseReport): void {
    const tally = this.#tally
    tally.solved += solved
    tally.closed += closed
    tally.undecided += undecided
    tally.lowerBound = Math.min(tally.lowerBound, lowerBound)
    const halves = this.#queue.length < this.#task.pool.size - 1 && open.length > 1 ? 2 : 1
    for (let half = 0; half < halves; half++) {
      const cases = open.filter((_, i) => i % halves === half)
      if (cases.length > 0) this.#queue.push({ question, cases })
    }
    this.#task.progress({ lowerBound: this.#lowerBound, solved: tally.solved, open: this.#open })
  }

  get #open(): number {
    return this.#queue.reduce((count, { cases }) => count + cases.length, 0)
  }

  /** Only while no lane is at work are all open cases in the queue. */
  get #lowerBound(): number {
    if (this.#working > 1) return -Infinity
    const open = this.#queue.flatMap(({ cases }) => cases.map(({ bound }) => bound))
    return open.reduce((low, bound) => Math.min(low, bound), this.#tally.lowerBound)
  }

  #report(): LpSplitReport {
    const { solved, closed, undecided } = this.#tally
    const figures = { witness: this.#witness, solved, closed, lowerBound: this.#lowerBound }
    if (this.#witness) return { ...figures, status: 'falsified' }
    if (this.#queue.length > 0) return { ...figures, status: 'limit' }
    return { ...figures, status: undecided > 0 ? 'tie' : 'verified' }
  }
}
