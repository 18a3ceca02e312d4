// Branch and bound on one property within a budget: roots, rounds, limits, the exact end of fully split domains.
import type { Box, OutputRows, PreActivationBounds } from '../../bounds/box.ts'
import type { Bounder, OutputBounds } from '../../bounds/bounder.ts'
import { DomainBounder } from '../../bounds/domain-bounder.ts'
import { bytesPerRow } from '../../bounds/graph.ts'
import { outputStart } from '../../bounds/start.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Witness } from '../outcome.ts'
import type { Property } from '../problem.ts'
import { CellSettler, type CellSolver } from './cell.ts'
import { Pacer } from './pacer.ts'
import { openNeurons } from './root.ts'
import { BabSearch, type SearchStatistics } from './search.ts'
import { defaultSettings, type BabSettings } from './settings.ts'

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
  /** Turns a point into a witness if it replays. */
  accept(point: Float32Array | Float64Array): Witness | null
  progress(state: { lowerBound: number; domains: number; open: number }): void
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

/** Decides a property by branch and bound. Never claims `verified` while a domain is open, undecided or bounded by NaN. */
export async function decideByBab(task: BabTask): Promise<BabReport> {
  const deadline = performance.now() + task.seconds * 1000
  const settings = task.settings ?? defaultSettings
  const rows = task.property.rows
  const root = await task.bounder.outputs(task.box, rows, task.bounds, settings.rootRows)
  const search = new BabRun(task, settings, root)
  return await search.run(deadline)
}

class BabRun {
  readonly #task: BabTask
  readonly #root: OutputBounds
  readonly #search: BabSearch
  readonly #mixed: boolean
  #witness: Witness | null = null

  constructor(task: BabTask, settings: BabSettings, root: OutputBounds) {
    const { engine, bounder, box, bounds, property } = task
    this.#task = task
    this.#root = root
    this.#mixed = property.kind === 'any-positive'
    const start = outputStart(bounder.network, property.rows)
    const cone = bounder.rows.cone(start.start)
    const fitting = settings.sizes.filter((size) => size * bytesPerRow(cone, true) <= CALL_MEMORY)
    const sizes = fitting.length > 0 ? fitting : [2]
    const domains = new DomainBounder(engine, bounder.network, start, box, sizes)
    const open = openNeurons(cone, bounds)
    const settler = new CellSettler(
      { cone, open, box, bounds, rows: property.rows, network: bounder.network },
      task.cells,
    )
    this.#search = new BabSearch({
      bounder: domains,
      open,
      rows: property.rows.rows,
      mixed: this.#mixed,
      thresholds: root.crown.slack,
      settings,
      tryPoint: (point, outputs) => this.#looksFalse(outputs) && this.#try(point),
      settle: async (domain) => {
        const { proved, point } = await settler.settle(domain, task.signal)
        if (point) this.#try(point)
        return proved
      },
    })
  }

  async run(deadline: number): Promise<BabReport> {
    await this.#addRoots()
    const { pool, statistics, capacity } = this.#search
    const pacer = new Pacer(capacity)
    const memory = this.#task.memoryBytes ?? DEFAULT_MEMORY
    while (pool.size > 0 && !this.#witness) {
      const reason = this.#limit(deadline, memory)
      if (reason) return this.#report('unknown', reason)
      const started = performance.now()
      await this.#search.step(pacer.count, pool.bytes > SHORT_OF_MEMORY * memory)
      pacer.observe(performance.now() - started)
      this.#task.progress({ lowerBound: this.#lowerBound, domains: statistics.domains, open: pool.size })
    }
    if (this.#witness) return this.#report('falsified', null)
    if (statistics.undecided > 0)
      return this.#report('unknown', `${statistics.undecided} fully split domains stayed undecided`)
    return this.#report('verified', null)
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
      if (!(lower[row] > 0) && !this.#witness) await this.#search.addRoot(row, alphaOf(row), lower[row])
  }

  #limit(deadline: number, memory: number): string | null {
    const { signal, domains } = this.#task
    const { pool, statistics } = this.#search
    if (signal.aborted) return 'cancelled'
    if (performance.now() >= deadline) return 'the time limit was reached'
    if (domains !== undefined && statistics.domains >= domains) return `the limit of ${domains} domains was reached`
    if (pool.bytes > memory) return `${pool.size} open domains need more than ${Math.round(memory / 2 ** 20)} MiB`
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

  #report(status: BabReport['status'], reason: string | null): BabReport {
    const { lower } = this.#root
    // With a counterexample the round was left in the middle: only the root's bounds are known to hold everywhere.
    const root = this.#mixed ? -smallest(lower.map((value) => -value)) : smallest(lower)
    const lowerBound = status === 'falsified' ? root : this.#lowerBound
    return { status, witness: this.#witness, lowerBound, statistics: this.#search.statistics, reason }
  }
}

function smallest(values: Float64Array): number {
  return values.reduce((low, value) => Math.min(low, value), Infinity)
}

/** Most of the weight on one row, some on all others: a weight of zero could never grow. */
function mixtureAround(best: number, rows: number): Float32Array {
  const mix = new Float32Array(rows).fill(rows === 1 ? 1 : 0.2 / (rows - 1))
  if (rows > 1) mix[best] = 0.8
  return mix
}

function rowValue({ coefficients, offsets }: OutputRows, row: number, outputs: Float32Array): number {
  let value = offsets[row]
  for (let o = 0; o < outputs.length; o++) value += coefficients[row * outputs.length + o] * outputs[o]
  return value
}
