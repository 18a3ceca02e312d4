// The loop of branch and bound: take the worst domains, split each where its children look best, bound all children at once.
import type { DomainBatch } from '../../bounds/domain-batch.ts'
import type { Cone } from '../../bounds/graph.ts'
import { appendDomain, BatchStore, deepest, gather, gatherBeta, splitRow } from './batch.ts'
import { rankCandidates } from './branching.ts'
import { chooseSplits } from './choose.ts'
import { columnsOf, fillPool } from './columns.ts'
import { confirmNearlyProved } from './confirm.ts'
import { DomainPool, emptyRecord, type DomainRecord, type PoolLayout } from './pool.ts'
import type { OpenNeurons } from './root.ts'
import type { SearchContents, SearchContext, SearchStatistics } from './search-context.ts'
import { combinations, type Bounded, type Child } from './splits.ts'

/** Splits of one domain when few are open; 2 to the power of this many children. */
const MOST_LEVELS = 4
/** Rounds of ascent that a domain with nothing left to split gets before the exact solver: many need no more. */
const MOST_POLISH = 6

/** Where a tree begins. */
export interface Root {
  readonly row: number
  /** For all neurons of the cone. */
  readonly alpha: Float32Array
  /** Known to hold. */
  readonly bound: number
  /** In place of the row alone. */
  readonly mix?: Float32Array
}

export class BabSearch {
  /** One pool for all rows, or one a row. */
  readonly pools: DomainPool[]
  readonly statistics: SearchStatistics
  #context: SearchContext
  readonly #parents: readonly DomainRecord[]
  readonly #child: DomainRecord
  #batches: BatchStore
  /** Smallest bound of the domains of each row that left the search; +∞ before any did. */
  readonly #closed: Float64Array

  constructor(context: SearchContext) {
    const { settings, open, mixed, rows, separate = false } = context
    this.#context = context
    this.#batches = new BatchStore(context.bounder)
    const layout: PoolLayout = {
      neurons: open.index.length,
      candidates: Math.max(settings.candidates, MOST_LEVELS),
      mixed: mixed ? rows : 0,
    }
    this.pools = Array.from({ length: separate ? rows : 1 }, () => new DomainPool(layout))
    this.#closed = new Float64Array(rows).fill(Infinity)
    this.#parents = Array.from({ length: this.#most >> 1 }, () => emptyRecord(layout))
    this.#child = emptyRecord(layout)
    this.statistics = {
      domains: 0,
      batches: 0,
      settled: 0,
      undecided: 0,
      deepest: 0,
    }
  }

  get cone(): Cone {
    return this.#context.bounder.cone
  }

  get open(): OpenNeurons {
    return this.#context.open
  }

  /** Open domains of all pools. */
  get size(): number {
    return this.pools.reduce((sum, pool) => sum + pool.size, 0)
  }

  /** Open domains by depth, of a search with one pool. */
  get depths(): readonly number[] {
    return this.pools[0].depths
  }

  /** Memory of the open domains. */
  get bytes(): number {
    return this.pools.reduce((sum, pool) => sum + pool.bytes, 0)
  }

  /** Of a search with one pool, once every domain that a round can add is there. */
  get bytesOfNextRound(): number {
    return this.pools[0].bytesAfter(this.#most)
  }

  /** The smallest lower bound of all domains, proved or not; +∞ before there are any. */
  get lowerBound(): number {
    return this.#closed.reduce((low, _, row) => Math.min(low, this.lowerBoundOf(row)), Infinity)
  }

  /** The smallest lower bound of all domains of one row (of all rows that share its pool). */
  lowerBoundOf(row: number): number {
    return Math.min(this.#poolOf(row).worst, this.#closed[row])
  }

  #poolOf(row: number): DomainPool {
    return this.pools.length === 1 ? this.pools[0] : this.pools[row]
  }

  get #most(): number {
    const { sizes } = this.#context.bounder
    return sizes[sizes.length - 1]
  }

  /** What another process needs to go on from here; between rounds, of a search with one pool. */
  save(): SearchContents {
    return { statistics: { ...this.statistics }, closed: this.#closed.slice(), domains: columnsOf(this.pools[0]) }
  }

  /** Goes on from there, in place of roots. */
  restore({ statistics, closed, domains }: SearchContents): void {
    Object.assign(this.statistics, statistics)
    this.#closed.set(closed)
    fillPool(this.pools[0], domains)
  }

  /** Bounds the whole box for each root, at most `capacity` of them. True: counterexample. */
  async addRoots(roots: readonly Root[]): Promise<boolean> {
    const { open, recorder } = this.#context
    const batch = this.#batches.take(roots.length, 0)
    const children = roots.map(({ row, alpha, bound, mix }, k): Child => {
      const parent = this.#parents[k]
      const node = recorder?.root(row) ?? -1
      Object.assign(parent, { row, depth: 0, polished: 0, node, bound, plain: bound })
      parent.beta.fill(0)
      parent.sign.fill(0)
      gather(alpha, open, 0, parent.alpha)
      if (mix) parent.mix?.set(mix)
      appendDomain(batch, open, parent)
      return { parent, splits: [], node }
    })
    return await this.#boundChildren(batch, children)
  }

  /** Most domains a round can split. */
  get capacity(): number {
    return this.#parents.length
  }

  /**
   * One round over the worst `count` domains, or over the newest where memory is short. True when a counterexample was
   * accepted.
   */
  async step(count: number, newest = false): Promise<boolean> {
    const [pool] = this.pools
    const parents = this.#parents.slice(0, Math.min(pool.size, this.#parents.length, count))
    for (const parent of parents) {
      if (newest) pool.popLast(parent)
      else pool.popWorst(parent)
    }
    return await this.#splitAll(parents)
  }

  /** One round over the worst domain of each of the given rows. */
  async stepRows(rows: readonly number[]): Promise<void> {
    const parents = this.#parents.slice(0, Math.min(rows.length, this.#parents.length))
    parents.forEach((parent, i) => this.#poolOf(rows[i]).popWorst(parent))
    await this.#splitAll(parents)
  }

  /**
   * Goes on with a bounder of tighter bounds; `open` has the same neurons. Every open domain of a search with one pool is bounded again,
   * until `stop` says so. True when a counterexample was accepted.
   */
  async rebound(
    place: Pick<SearchContext, 'bounder' | 'confirmer' | 'open' | 'envelope'>,
    stop: () => boolean,
  ): Promise<boolean> {
    this.#context = { ...this.#context, ...place }
    this.#batches = new BatchStore(place.bounder)
    const [old] = this.pools
    this.pools[0] = new DomainPool(old.layout)
    let found = false
    while (old.size > 0) {
      const parents = this.#parents.slice(0, Math.min(old.size, this.#parents.length))
      for (const parent of parents) old.popWorst(parent)
      if (found || stop()) for (const parent of parents) this.pools[0].push(parent)
      else found = await this.#boundParents(parents)
    }
    return found
  }

  async #boundParents(parents: readonly DomainRecord[]): Promise<boolean> {
    const batch = this.#batches.take(parents.length, deepest(parents))
    for (const parent of parents) appendDomain(batch, this.#context.open, parent)
    return await this.#boundChildren(batch, parents.map((parent) => ({ parent, splits: [], node: parent.node }))) // prettier-ignore
  }

  async #splitAll(parents: readonly DomainRecord[]): Promise<boolean> {
    const { bounder, open, recorder } = this.#context
    const levels = Math.min(MOST_LEVELS, Math.max(1, Math.floor(Math.log2(bounder.sizes[0] / parents.length))))
    const chosen = levels === 1 ? await chooseSplits(this.#context, this.#batches, parents) : null
    // A domain with nothing left to split becomes one child without splits: bounded again from where its α and β are.
    const children = parents.flatMap((parent, i) => {
      const neurons = chosen ? chosen.subarray(i, i + 1) : parent.candidates.subarray(0, levels)
      const first = recorder?.split(parent.node, neurons, parent) ?? -1
      return combinations(neurons).map((splits, k) => ({
        parent,
        splits,
        node: first < 0 ? -1 : first + k,
      }))
    })
    const batch = this.#batches.take(children.length, deepest(parents) + levels)
    for (const { parent, splits } of children) {
      const row = appendDomain(batch, open, parent)
      for (const { neuron, sign } of splits) splitRow(batch, open, row, parent, neuron, sign)
    }
    return await this.#boundChildren(batch, children)
  }

  /** Bounds the rows of `batch`, drops what is proved or empty, keeps the rest. True when a counterexample was accepted. */
  async #boundChildren(batch: DomainBatch, children: readonly Child[]): Promise<boolean> {
    const { bounder, confirmer, settings, mixed, recorder, envelope, separate = false } = this.#context
    batch.pad()
    const { mixRate, ...steps } = settings.ascent
    const ascent = { ...steps, mixRate: mixed ? mixRate : 0 }
    const result = await bounder.ascend(batch, ascent)
    this.statistics.batches++
    this.statistics.domains += children.length
    const confirmed = await confirmNearlyProved(confirmer, batch, result)
    const suspects: number[] = []
    const outputs = result.outputs.length / batch.size
    for (const [row, child] of children.entries()) {
      const plain = confirmed.get(row) ?? result.bound[row]
      const raised = envelope && (separate || plain <= 0) ? envelope.raise(batch, row, result) : plain
      const found = Math.max(plain, raised)
      recorder?.found(child.node, found)
      const bound = found > child.parent.bound ? found : child.parent.bound
      if (bound > 0) {
        this.#leave(child.parent.row, bound)
        if (recorder) recorder.close(child.node, this.#load({ batch, row, child, bound, plain, result }))
        continue
      }
      if (this.#context.looksFalse(result.outputs.subarray(row * outputs, (row + 1) * outputs))) suspects.push(row)
      if (raised > plain) envelope?.discount(batch, row, result)
      await this.#keep({ batch, row, child, bound, plain: bound - (found - plain), result })
    }
    return suspects.length > 0 && this.#trySuspects(await bounder.points(batch, ascent), batch.size, suspects)
  }

  #trySuspects(points: Float32Array, size: number, suspects: readonly number[]): boolean {
    const inputs = points.length / size
    return suspects.some((row) => this.#context.tryPoint(points.subarray(row * inputs, (row + 1) * inputs)))
  }

  /** The child as a record, in the one buffer for it. */
  #load({ batch, row, child: { parent, splits, node }, bound, plain, result }: Bounded): DomainRecord {
    const { open, rows } = this.#context
    const child = this.#child
    const { row: about, polished } = parent
    Object.assign(child, { bound, plain, row: about, depth: parent.depth + splits.length, polished, node })
    child.sign.set(parent.sign)
    for (const { neuron, sign } of splits) child.sign[neuron] = sign
    gather(result.alpha, open, row, child.alpha)
    gatherBeta(result.beta, batch, open, row, child.beta)
    child.mix?.set(result.mix.subarray(row * rows, (row + 1) * rows))
    return child
  }

  /** A domain of a row leaves the search with this bound. */
  #leave(row: number, bound: number): void {
    this.#closed[row] = Math.min(this.#closed[row], bound)
  }

  /** Closes the open domains in the recorded tree: whoever uses their bounds ends the search here. */
  recordOpen(): void {
    const { recorder } = this.#context
    if (recorder)
      for (const pool of this.pools) pool.forEach(this.#child, (domain) => recorder.close(domain.node, domain))
  }

  async #keep(found: Bounded): Promise<void> {
    const { open, recorder } = this.#context
    const child = this.#load(found)
    const { lower, upper } = found.batch
    const { coefficients } = found.result
    const at = found.row * open.alpha.length
    rankCandidates(open, { coefficients, lower, upper, at, sign: child.sign }, child)
    this.statistics.deepest = Math.max(this.statistics.deepest, child.depth)
    const whole = child.candidates[0] < 0
    if (!whole || child.polished < MOST_POLISH) {
      if (whole) child.polished++
      this.#poolOf(child.row).push(child)
      return
    }
    recorder?.close(child.node, child)
    this.statistics.settled++
    const settled = await this.#context.settle(child)
    if (!(settled > 0)) this.statistics.undecided++
    this.#leave(child.row, settled > 0 ? settled : child.bound)
  }
}
