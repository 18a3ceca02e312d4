// The loop of branch and bound: take the worst domains, split each where its children look best, bound all children at once.
import type { DomainBatch, DomainBounder } from '../../bounds/domain-bounder.ts'
import type { StartRows } from '../../bounds/start.ts'
import { appendDomain, gather, isEmpty, padBatch, splitRow } from './batch.ts'
import { rankCandidates } from './branching.ts'
import { DomainPool, emptyRecord, type DomainRecord } from './pool.ts'
import type { OpenNeurons } from './root.ts'
import type { BabSettings } from './settings.ts'

/** What a search works on. */
export interface SearchContext {
  readonly bounder: DomainBounder
  readonly open: OpenNeurons
  readonly rows: StartRows
  /** A bound must exceed this to prove a domain of row r: the float32 slack, [rows]. */
  readonly thresholds: Float64Array
  readonly settings: BabSettings
  /** Offered minimisers whose true outputs look like a counterexample; true ends the search. */
  tryPoint(point: Float32Array): boolean
  /** The value a row takes at true outputs. */
  rowValue(row: number, outputs: Float32Array): number
  /** Decides a domain with nothing left to split: true when proved, false when it stays open. */
  settle(domain: DomainRecord): Promise<boolean>
}

export interface SearchStatistics {
  /** Children bounded. */
  domains: number
  batches: number
  /** Children dropped because their bounds crossed. */
  empty: number
  /** Domains handed to the exact solver. */
  settled: number
  /** Domains that nothing could decide. */
  undecided: number
  deepest: number
}

export class BabSearch {
  readonly pool: DomainPool
  readonly statistics: SearchStatistics = { domains: 0, batches: 0, empty: 0, settled: 0, undecided: 0, deepest: 0 }
  readonly #context: SearchContext
  readonly #parents: DomainRecord[]
  readonly #child: DomainRecord
  readonly #refresh: boolean

  constructor(context: SearchContext) {
    const { settings, bounder, open } = context
    this.#context = context
    this.#refresh = bounder.refreshRows > 0 && bounder.refreshRows <= settings.refreshRows
    const layout = { neurons: open.index.length, candidates: settings.candidates, ownBounds: this.#refresh }
    this.pool = new DomainPool(layout)
    this.#parents = Array.from({ length: Math.max(1, settings.batch >> 1) }, () => emptyRecord(layout))
    this.#child = emptyRecord(layout)
  }

  /** A domain without splits for row `row`; `alpha` for all neurons of the cone. */
  async addRoot(row: number, alpha: Float32Array, bound: number): Promise<boolean> {
    const { open } = this.#context
    const root = this.#parents[0]
    root.row = row
    root.depth = 0
    root.bound = bound
    root.beta.fill(0)
    root.sign.fill(0)
    for (let u = 0; u < open.index.length; u++) root.alpha[u] = alpha[open.index[u]]
    if (root.bounds) {
      gather(open.bounds.lower, open, 0, root.bounds.lower)
      gather(open.bounds.upper, open, 0, root.bounds.upper)
    }
    const batch = this.#context.bounder.batch(1)
    appendDomain(batch, open, this.#context.rows, root)
    return await this.#boundChildren(batch, [{ parent: root, neuron: -1, sign: 1 }])
  }

  /** One round. Returns true when a counterexample was accepted. */
  async step(): Promise<boolean> {
    const count = Math.min(this.pool.size, this.#parents.length)
    const parents = this.#parents.slice(0, count)
    for (const parent of parents) this.pool.popWorst(parent)
    const neurons = await this.#chooseSplits(parents)
    const { bounder, open, rows } = this.#context
    const batch = bounder.batch(2 * count)
    const children: Child[] = []
    parents.forEach((parent, i) => {
      for (const sign of [1, -1] as const) {
        const row = appendDomain(batch, open, rows, parent)
        splitRow(batch, open, row, neurons[i], sign)
        children.push({ parent, neuron: neurons[i], sign })
      }
    })
    return await this.#boundChildren(batch, children)
  }

  /** The candidate of each parent whose worse child is best. */
  async #chooseSplits(parents: readonly DomainRecord[]): Promise<Int32Array> {
    const { bounder, open, rows } = this.#context
    const chosen = Int32Array.from(parents, ({ candidates }) => candidates[0])
    const trials = parents.flatMap((parent, i) =>
      parent.candidates.length > 1 && parent.candidates[1] >= 0
        ? Array.from(parent.candidates.filter((u) => u >= 0), (neuron) => ({ parent, i, neuron, value: -Infinity }))
        : [],
    )
    const most = bounder.sizes[bounder.sizes.length - 1] >> 1
    for (let from = 0; from < trials.length; from += most) {
      const part = trials.slice(from, from + most)
      const batch = bounder.batch(2 * part.length)
      for (const { parent, neuron } of part)
        for (const sign of [1, -1] as const) splitRow(batch, open, appendDomain(batch, open, rows, parent), neuron, sign)
      padBatch(batch)
      const bounds = await bounder.crown(batch)
      part.forEach((trial, k) => (trial.value = Math.min(bounds[2 * k], bounds[2 * k + 1])))
    }
    const best = new Float64Array(parents.length).fill(-Infinity)
    for (const { i, neuron, value } of trials)
      if (value > best[i]) {
        best[i] = value
        chosen[i] = neuron
      }
    return chosen
  }

  /** Bounds the rows of `batch`, drops what is proved or empty, keeps the rest. True when a counterexample was accepted. */
  async #boundChildren(batch: DomainBatch, children: readonly Child[]): Promise<boolean> {
    const { bounder, open, settings } = this.#context
    padBatch(batch)
    if (this.#refresh) await bounder.refresh(batch)
    const result = await bounder.ascend(batch, settings.ascent)
    this.statistics.batches++
    this.statistics.domains += children.length
    const outputs = result.outputs.length / batch.offset.length
    const inputs = result.points.length / batch.offset.length
    for (const [row, { parent, neuron, sign }] of children.entries()) {
      if (isEmpty(batch, open, row)) {
        this.statistics.empty++
        continue
      }
      const bound = Math.max(Number.isNaN(result.bound[row]) ? -Infinity : result.bound[row], parent.bound)
      if (bound > this.#context.thresholds[parent.row]) continue
      const truth = result.outputs.subarray(row * outputs, (row + 1) * outputs)
      if (this.#context.rowValue(parent.row, truth) <= 0)
        if (this.#context.tryPoint(result.points.subarray(row * inputs, (row + 1) * inputs))) return true
      await this.#keep(batch, row, parent, neuron, sign, bound, result)
    }
    return false
  }

  async #keep(
    batch: DomainBatch,
    row: number,
    parent: DomainRecord,
    neuron: number,
    sign: 1 | -1,
    bound: number,
    result: { alpha: Float32Array; beta: Float32Array; coefficients: Float32Array },
  ): Promise<void> {
    const { open } = this.#context
    const child = this.#child
    child.bound = bound
    child.row = parent.row
    child.depth = parent.depth + (neuron >= 0 ? 1 : 0)
    child.sign.set(parent.sign)
    if (neuron >= 0) child.sign[neuron] = sign
    gather(result.alpha, open, row, child.alpha)
    gather(result.beta, open, row, child.beta)
    if (child.bounds) {
      gather(batch.lower, open, row, child.bounds.lower)
      gather(batch.upper, open, row, child.bounds.upper)
    }
    const at = row * open.alpha.length
    const { lower, upper } = batch
    rankCandidates(open, { coefficients: result.coefficients, lower, upper, at, sign: child.sign }, child.candidates)
    this.statistics.deepest = Math.max(this.statistics.deepest, child.depth)
    if (child.candidates[0] >= 0) {
      this.pool.push(child)
      return
    }
    this.statistics.settled++
    if (!(await this.#context.settle(child))) this.statistics.undecided++
  }
}

interface Child {
  readonly parent: DomainRecord
  readonly neuron: number
  readonly sign: 1 | -1
}
