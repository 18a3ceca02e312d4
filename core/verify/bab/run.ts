// One branch and bound on one property: roots, rounds, limits, what it comes to; it can go on under tighter bounds.
import type { PreActivationBounds } from '../../bounds/box.ts'
import type { OutputBounds } from '../../bounds/bounder.ts'
import { DomainBounder } from '../../bounds/domain-bounder.ts'
import { DomainConfirmer } from '../../bounds/domain-confirmer.ts'
import type { FirstLayer } from '../../bounds/first-layer.ts'
import type { Cone } from '../../bounds/graph.ts'
import { exactOutputStart, outputStart } from '../../bounds/start.ts'
import type { Witness } from '../outcome.ts'
import { CellSettler } from './cell.ts'
import type { SearchState } from './checkpoint.ts'
import { DomainEnvelope } from './domain-envelope.ts'
import { Pacer } from './pacer.ts'
import { openNeurons, type OpenNeurons } from './root.ts'
import { mixtureAround, rowValue, smallest } from './rows.ts'
import { BabSearch } from './search.ts'
import type { BabSettings } from './settings.ts'
import { fittingSizes } from './sizes.ts'
import { defaultMemory, type BabReport, type BabTask } from './task.ts'

/** From this share of the memory limit on, the newest domains are split first, which keeps their number from growing. */
const SHORT_OF_MEMORY = 0.6
/** Most memory of open domains that are kept for another process. */
const KEPT_MEMORY = 128 * 2 ** 20
/** Share of open domains among those bounded below which a search is left to finish. */
const NEARLY_DONE = 0.02

/** Where a search starts. */
export interface BabStart {
  /** Bounds of all pre-activations. */
  readonly bounds: PreActivationBounds
  /** What they give for the rows. */
  readonly root: OutputBounds
  /** Domains bounded before. */
  readonly before: number
  /** What an earlier process came to, in place of roots. */
  readonly kept: SearchState | null
  /** The first layer on the task's box. */
  readonly first: FirstLayer
}

/** One search from the root. */
export class BabRun {
  readonly #task: BabTask
  readonly #settings: BabSettings
  readonly #root: OutputBounds
  readonly #search: BabSearch
  readonly #mixed: boolean
  readonly #kept: SearchState | null
  readonly #first: FirstLayer
  #bounds: PreActivationBounds
  #settler: CellSettler
  #before: number
  #begun = false
  /** Undecided domains before the last round. */
  #undecided = 0
  #witness: Witness | null = null

  constructor(task: BabTask, settings: BabSettings, { bounds, root, before, kept, first }: BabStart) {
    const { property } = task
    this.#task = task
    this.#settings = settings
    this.#root = kept ? { ...root, lower: kept.rootLower } : root
    this.#kept = kept
    this.#first = first
    this.#bounds = bounds
    this.#before = before
    this.#mixed = property.kind === 'any-positive'
    const bounder = this.#bounder(bounds)
    const open = openNeurons(bounder.cone, bounds, kept?.open)
    this.#settler = this.#settlerOf(bounder.cone, open)
    this.#search = new BabSearch({
      bounder,
      confirmer: this.#confirmer(bounds),
      open,
      envelope: this.#envelope(bounder.cone),
      rows: property.rows.rows,
      mixed: this.#mixed,
      settings,
      recorder: task.recorder?.property(bounder.cone, open),
      looksFalse: (outputs) => this.#looksFalse(outputs),
      tryPoint: (point) => this.#try(point),
      settle: async (domain) => {
        const { bound, point } = await this.#settler.settle(domain, task.signal)
        if (point) this.#try(point)
        return bound
      },
    })
  }

  #bounder(bounds: PreActivationBounds): DomainBounder {
    const { engine, bounder, box, property, callBytes } = this.#task
    const start = outputStart(bounder.network, property.rows)
    const sizes = fittingSizes(bounder.rows.cone(start.start), this.#settings.sizes, engine.provider, callBytes)
    return new DomainBounder(engine, bounder.network, start, box, sizes, bounds)
  }

  #confirmer(bounds: PreActivationBounds): DomainConfirmer | null {
    const { engine, bounder, box, property } = this.#task
    if (engine.provider !== 'cpu') return null
    return new DomainConfirmer(engine, bounder.network, exactOutputStart(bounder.network, property.rows), box, bounds)
  }

  #envelope(cone: Cone): DomainEnvelope | null {
    return DomainEnvelope.of(this.#first, cone)
  }

  #settlerOf(cone: Cone, open: OpenNeurons): CellSettler {
    const { bounder, box, property, cells } = this.#task
    const context = { cone, open, box, bounds: this.#bounds, rows: property.rows, network: bounder.network }
    return new CellSettler(context, cells)
  }

  /** Domains bounded so far, searches before this one included. */
  get domains(): number {
    return this.#before + this.#search.statistics.domains
  }

  /** Memory of the open domains. */
  get bytes(): number {
    return this.#search.bytes
  }

  /** Whether a search that started from `root` would be no worse off than this one is. */
  isOvertakenBy(root: OutputBounds): boolean {
    return this.#valueOf(root) >= this.#search.lowerBound
  }

  /** Of the rows still to be proved. */
  #valueOf({ lower }: OutputBounds): number {
    if (this.#mixed) return lower.reduce((best, value) => Math.max(best, value), -Infinity)
    return smallest(Float64Array.from(this.#task.openRows, (row) => lower[row]))
  }

  /** The open domains are bounded again under tighter bounds, which took `domains` to find. */
  async tightened(bounds: PreActivationBounds, domains: number, deadline: number): Promise<void> {
    this.#bounds = bounds
    this.#before += domains
    const bounder = this.#bounder(bounds)
    const open = openNeurons(bounder.cone, bounds, this.#search.open.index)
    this.#settler = this.#settlerOf(bounder.cone, open)
    const envelope = this.#envelope(bounder.cone)
    const place = { bounder, open, envelope, confirmer: this.#confirmer(bounds) }
    await this.#search.rebound(place, () => performance.now() >= deadline || this.#task.signal.aborted)
  }

  /** null: `patience` domains were not enough, nothing is decided. `turn`: how often bounds were tightened before. */
  async run(deadline: number, turn: number, patience: number): Promise<BabReport | null> {
    const search = this.#search
    if (search.cone.neurons === 0) return await this.#settleWhole()
    if (!this.#begun) await this.#begin()
    const { statistics, capacity } = search
    const pacer = new Pacer(capacity)
    const memory = this.#task.memoryBytes ?? defaultMemory
    while (search.size > 0 && !this.#witness) {
      await this.#keepState(turn)
      const reason = this.#limit(deadline, memory)
      if (reason) return this.report('unknown', reason)
      if (statistics.domains >= patience && !this.#nearlyDone) return null
      const started = performance.now()
      await search.step(pacer.count, search.bytes > SHORT_OF_MEMORY * memory)
      pacer.observe(performance.now() - started)
      this.#tell()
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
  async #keepState(turn: number): Promise<void> {
    const { keeper, openRows, signal } = this.#task
    const { undecided } = this.#search.statistics
    // A stop breaks the exact solver off: what that left undecided would stay so.
    const brokenOff = signal.aborted && undecided > this.#undecided
    this.#undecided = undecided
    if (brokenOff || !keeper?.due() || this.#search.bytes > KEPT_MEMORY) return
    await keeper.keep({
      ...this.#search.save(),
      turn,
      before: this.#before,
      openRows: this.#kept?.openRows ?? openRows,
      rootLower: this.#root.lower,
      bounds: this.#bounds,
      open: this.#search.open.index,
    })
  }

  /** A round that found a counterexample stopped in the middle: its bounds say nothing. */
  #tell(): void {
    if (this.#witness) return
    const { size: open, depths } = this.#search
    this.#task.progress({ lowerBound: this.#lowerBound, domains: this.domains, open, depths })
  }

  /** Whether the open domains are few among those bounded: then starting again would waste them. */
  get #nearlyDone(): boolean {
    return this.#search.size < NEARLY_DONE * this.#search.statistics.domains
  }

  async #begin(): Promise<void> {
    this.#begun = true
    if (this.#kept) this.#search.restore(this.#kept)
    else await this.#addRoots()
  }

  async #addRoots(): Promise<void> {
    const { crown, lower } = this.#root
    const { property, openRows } = this.#task
    const width = crown.alpha.length / Math.max(1, property.rows.rows)
    const alphaOf = (row: number): Float32Array => crown.alpha.subarray(row * width, (row + 1) * width)
    if (this.#mixed) {
      const best = lower.reduce((top, value, row) => (value > lower[top] ? row : top), 0)
      const mix = mixtureAround(best, property.rows.rows)
      await this.#search.addRoots([{ row: best, alpha: alphaOf(best), bound: -Infinity, mix }])
      return
    }
    for (const row of openRows)
      if (lower[row] > 0) this.#task.recorder?.row(this.#search.cone, row, alphaOf(row))
      else if (!this.#witness) await this.#search.addRoots([{ row, alpha: alphaOf(row), bound: lower[row] }])
  }

  #limit(deadline: number, memory: number): string | null {
    const { signal, domains, full } = this.#task
    const { size, bytesOfNextRound } = this.#search
    if (signal.aborted) return 'cancelled'
    if (performance.now() >= deadline) return 'the time limit was reached'
    if (domains !== undefined && this.domains >= domains) return `the limit of ${domains} domains was reached`
    if (bytesOfNextRound > memory) {
      const room = `${Math.round(memory / 2 ** 20)} MiB that the memory cap leaves for them`
      return `${size} open domains need more than the ${room}`
    }
    if (full?.()) return `the process holds more than the memory cap, with ${size} open domains`
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
