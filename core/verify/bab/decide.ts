// Branch and bound on one property within a budget: roots, rounds, limits, the exact end of fully split domains.
import type { Box, PreActivationBounds } from '../../bounds/box.ts'
import type { Bounder, OutputBounds } from '../../bounds/bounder.ts'
import { DomainBounder } from '../../bounds/domain-bounder.ts'
import { bytesPerRow, type Cone } from '../../bounds/graph.ts'
import { outputStart } from '../../bounds/start.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Witness } from '../outcome.ts'
import type { Property } from '../problem.ts'
import { CellSettler, type CellSolver } from './cell.ts'
import type { SearchState } from './checkpoint.ts'
import { Pacer } from './pacer.ts'
import type { SearchRecorder } from './recorder.ts'
import { openNeurons } from './root.ts'
import { BabSearch, type SearchStatistics } from './search.ts'
import { tightenNeurons } from './tighten.ts'
import { defaultSettings, type BabSettings } from './settings.ts'
import { mixtureAround, rowValue, smallest } from './rows.ts'

export interface BabTask {
  readonly engine: Engine
  readonly bounder: Bounder
  readonly box: Box
  readonly property: Property
  /** Rows not proved yet; all rows of an any-positive property take part whatever is listed. */
  readonly openRows: readonly number[]
  /** Bounds of all pre-activations, tightened already. */
  readonly bounds: PreActivationBounds
  readonly seconds: number
  readonly signal: AbortSignal
  /** Most memory for open domains. Default 2 GiB. */
  readonly memoryBytes?: number
  /** Most domains to bound. */
  readonly domains?: number
  readonly settings?: BabSettings
  /** Exact solver of cells with nothing left to split; without one they stay undecided. */
  readonly cells?: CellSolver
  /** Writes the proof down. */
  readonly recorder?: SearchRecorder
  /** A search of this question to go on with, in place of `bounds` and roots; it covers `openRows`. */
  readonly kept?: SearchState
  readonly keeper?: StateKeeper
  /** Turns a point into a witness if it replays. */
  accept(point: Float32Array | Float64Array): Witness | null
  progress(state: { lowerBound: number; domains: number; open: number }): void
}

/** Where the state is kept between rounds, when it is due. */
export interface StateKeeper {
  due(): boolean
  keep(state: SearchState): Promise<void>
}

export interface BabReport {
  readonly status: 'verified' | 'falsified' | 'unknown'
  readonly witness: Witness | null
  /** Smallest proved lower bound of the property's value over the whole box. */
  readonly lowerBound: number
  readonly statistics: SearchStatistics
  /** Why it is unknown. */
  readonly reason: string | null
}

const DEFAULT_MEMORY = 2 * 2 ** 30
/** Memory of the tensors of one bounding call. */
const CALL_MEMORY = 512 * 2 ** 20
/** From this share of the memory limit on, the newest domains are split first, which keeps their number from growing. */
const SHORT_OF_MEMORY = 0.6
/** Most memory of open domains that are kept for another process. */
const KEPT_MEMORY = 128 * 2 ** 20
/** Share of open domains among those bounded below which a search is left to finish. */
const NEARLY_DONE = 0.1

/** Decides a property by branch and bound. Never claims `verified` while a domain is open, undecided or bounded by NaN. */
export async function decideByBab(task: BabTask): Promise<BabReport> {
  const started = performance.now()
  const deadline = started + task.seconds * 1000
  const settings = task.settings ?? defaultSettings
  const { kept } = task
  let { bounds, before } = kept ?? { bounds: task.bounds, before: 0 }
  for (const [turn, plan] of [...settings.tighten, null].entries()) {
    if (kept && turn < kept.turn) continue
    const root = await rootBounds(task, bounds, settings)
    const run = new BabRun({ ...task, bounds }, settings, root, {
      turn,
      before,
      kept: turn === kept?.turn ? kept : null,
    })
    const report = await run.run(deadline, plan?.after ?? Infinity)
    if (report || !plan) return report ?? run.report('unknown', 'the search ended early')
    const now = performance.now()
    const tightening = await tightenNeurons({
      ...task,
      bounds,
      settings,
      domainsEach: plan.domainsEach,
      neurons: settings.tightenNeurons,
      deadline: Math.min(deadline, now + settings.tightenPatience * (now - started)),
    })
    bounds = tightening.bounds
    before = run.domains + tightening.domains
  }
  throw new RangeError('unreachable')
}

function rootBounds(
  { bounder, box, property }: BabTask,
  bounds: PreActivationBounds,
  settings: BabSettings,
): Promise<OutputBounds> {
  return bounder.outputs(box, property.rows, bounds, settings.rootRows)
}

/** Which search of a task it is, how much went before, and what is known of it already. */
interface Turn {
  readonly turn: number
  readonly before: number
  readonly kept: SearchState | null
}

/** One search from the root. */
class BabRun {
  readonly #task: BabTask
  readonly #root: OutputBounds
  readonly #search: BabSearch
  readonly #settler: CellSettler
  readonly #mixed: boolean
  readonly #turn: Turn
  /** Undecided domains before the last round. */
  #undecided = 0
  #witness: Witness | null = null

  constructor(task: BabTask, settings: BabSettings, root: OutputBounds, turn: Turn) {
    const { engine, bounder, box, bounds, property } = task
    this.#task = task
    this.#root = turn.kept ? { ...root, lower: turn.kept.rootLower } : root
    this.#turn = turn
    this.#mixed = property.kind === 'any-positive'
    const start = outputStart(bounder.network, property.rows)
    const cone = bounder.rows.cone(start.start)
    const domains = new DomainBounder(engine, bounder.network, start, box, fittingSizes(cone, settings.sizes), bounds)
    const open = openNeurons(cone, bounds)
    this.#settler = new CellSettler(
      { cone, open, box, bounds, rows: property.rows, network: bounder.network },
      task.cells,
    )
    this.#search = new BabSearch({
      bounder: domains,
      open,
      rows: property.rows.rows,
      mixed: this.#mixed,
      settings,
      recorder: task.recorder?.property(cone, open),
      looksFalse: (outputs) => this.#looksFalse(outputs),
      tryPoint: (point) => this.#try(point),
      settle: async (domain) => {
        const { bound, point } = await this.#settler.settle(domain, task.signal)
        if (point) this.#try(point)
        return bound
      },
    })
  }

  /** Domains bounded so far, searches before this one included. */
  get domains(): number {
    return this.#turn.before + this.#search.statistics.domains
  }

  /** null: `patience` domains were not enough, nothing is decided. */
  async run(deadline: number, patience: number): Promise<BabReport | null> {
    const search = this.#search
    if (search.cone.neurons === 0) return await this.#settleWhole()
    if (this.#turn.kept) search.restore(this.#turn.kept)
    else await this.#addRoots()
    const { statistics, capacity } = search
    const pacer = new Pacer(capacity)
    const memory = this.#task.memoryBytes ?? DEFAULT_MEMORY
    while (search.size > 0 && !this.#witness) {
      await this.#keepState()
      const reason = this.#limit(deadline, memory)
      if (reason) return this.report('unknown', reason)
      if (statistics.domains >= patience && !this.#nearlyDone) return null
      const started = performance.now()
      await search.step(pacer.count, search.bytes > SHORT_OF_MEMORY * memory)
      pacer.observe(performance.now() - started)
      this.#tell(search.size)
    }
    if (this.#witness) return this.report('falsified', null)
    if (statistics.undecided > 0)
      return this.report('unknown', `${statistics.undecided} fully split domains stayed undecided`)
    return this.report('verified', null)
  }

  /** A network without activations is a single cell with nothing to split. */
  async #settleWhole(): Promise<BabReport> {
    const { lower } = this.#root
    const { openRows, property, signal } = this.#task
    const rows = this.#mixed ? [0] : openRows.filter((row) => !(lower[row] > 0))
    const mix = this.#mixed ? new Float32Array(property.rows.rows) : null
    let lowerBound = this.#mixed ? Infinity : smallest(lower.filter((value) => value > 0))
    for (const row of rows) {
      const { bound, point } = await this.#settler.settle({ row, sign: new Int8Array(0), mix }, signal)
      if (point) this.#try(point)
      lowerBound = Math.min(lowerBound, bound)
    }
    const status = this.#witness ? 'falsified' : lowerBound > 0 ? 'verified' : 'unknown'
    const reason = status === 'unknown' ? 'the minimum is too close to 0' : null
    return { ...this.report(status, reason), lowerBound }
  }

  /** Once a search has grown too large for it, what was kept before stands for it: less is proved there, nothing else. */
  async #keepState(): Promise<void> {
    const { keeper, openRows, bounds, signal } = this.#task
    const { undecided } = this.#search.statistics
    // A stop breaks the exact solver off: what that left undecided would stay so.
    const brokenOff = signal.aborted && undecided > this.#undecided
    this.#undecided = undecided
    if (brokenOff || !keeper?.due() || this.#search.bytes > KEPT_MEMORY) return
    const { turn, before, kept } = this.#turn
    const rows = kept?.openRows ?? openRows
    await keeper.keep({ ...this.#search.save(), turn, before, openRows: rows, rootLower: this.#root.lower, bounds })
  }

  /** A round that found a counterexample stopped in the middle: its bounds say nothing. */
  #tell(open: number): void {
    if (!this.#witness) this.#task.progress({ lowerBound: this.#lowerBound, domains: this.domains, open })
  }

  /** Whether the open domains are few among those bounded: then starting again would waste them. */
  get #nearlyDone(): boolean {
    return this.#search.size < NEARLY_DONE * this.#search.statistics.domains
  }

  async #addRoots(): Promise<void> {
    const { crown, lower } = this.#root
    const { property, openRows } = this.#task
    const width = crown.alpha.length / Math.max(1, property.rows.rows)
    const alphaOf = (row: number): Float32Array => crown.alpha.subarray(row * width, (row + 1) * width)
    if (this.#mixed) {
      const best = lower.reduce((top, value, row) => (value > lower[top] ? row : top), 0)
      await this.#search.addRoot(best, alphaOf(best), -Infinity, mixtureAround(best, property.rows.rows))
      return
    }
    for (const row of openRows)
      if (lower[row] > 0) this.#task.recorder?.row(this.#search.cone, row, alphaOf(row))
      else if (!this.#witness) await this.#search.addRoot(row, alphaOf(row), lower[row])
  }

  #limit(deadline: number, memory: number): string | null {
    const { signal, domains } = this.#task
    const { size, bytes } = this.#search
    if (signal.aborted) return 'cancelled'
    if (performance.now() >= deadline) return 'the time limit was reached'
    if (domains !== undefined && this.domains >= domains) return `the limit of ${domains} domains was reached`
    if (bytes > memory) return `${size} open domains need more than ${Math.round(memory / 2 ** 20)} MiB`
    return null
  }

  /** Whether float32 outputs at a point are worth a replay. */
  #looksFalse(outputs: Float32Array): boolean {
    const { kind, rows } = this.#task.property
    let holds = kind === 'all-positive' ? 0 : rows.rows
    for (let row = 0; row < rows.rows; row++)
      if (!(rowValue(rows, row, outputs) > 0)) holds += kind === 'all-positive' ? 1 : -1
    return kind === 'all-positive' ? holds > 0 : holds === 0
  }

  #try(point: Float32Array | Float64Array): boolean {
    this.#witness ??= this.#task.accept(point)
    return this.#witness !== null
  }

  /** Smallest bound of the rows that the root left open, and of the rows it proved. */
  get #lowerBound(): number {
    return Math.min(
      this.#search.lowerBound,
      this.#mixed ? Infinity : smallest(this.#root.lower.filter((value) => value > 0)),
    )
  }

  report(status: BabReport['status'], reason: string | null): BabReport {
    const { lower } = this.#root
    // With a counterexample the round was left in the middle: only the root's bounds are known to hold everywhere.
    const root = this.#mixed ? -smallest(lower.map((value) => -value)) : smallest(lower)
    const lowerBound = status === 'falsified' ? root : this.#lowerBound
    const statistics = { ...this.#search.statistics, domains: this.domains }
    return { status, witness: this.#witness, lowerBound, statistics, reason }
  }
}

/** Program sizes whose tensors fit the memory of one call. */
function fittingSizes(cone: Cone, sizes: readonly number[]): readonly number[] {
  const fitting = sizes.filter((size) => size * bytesPerRow(cone, true) <= CALL_MEMORY)
  return fitting.length > 0 ? fitting : [2]
}
