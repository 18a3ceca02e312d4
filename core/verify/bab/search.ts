// The loop of branch and bound: take the worst domains, split each where its children look best, bound all children at once.
import type { AscendedDomains, DomainBatch, DomainBounder } from '../../bounds/domain-bounder.ts'
import { appendDomain, gather, isEmpty, padBatch, splitRow } from './batch.ts'
import { rankCandidates } from './branching.ts'
import { chooseSplits } from './choose.ts'
import { DomainPool, emptyRecord, type DomainRecord, type PoolLayout } from './pool.ts'
import type { OpenNeurons } from './root.ts'
import type { BabSettings } from './settings.ts'

/** What a search works on. */
export interface SearchContext {
  readonly bounder: DomainBounder
  readonly open: OpenNeurons
  /** Rows of the property; mixed in every domain (`any-positive`) or one a domain. */
  readonly rows: number
  readonly mixed: boolean
  /** A bound must exceed this to prove a domain of row r: the float32 slack, [rows]. */
  readonly thresholds: Float64Array
  readonly settings: BabSettings
  /** Offered a minimiser and the network's outputs there in float32; true ends the search. */
  readonly tryPoint: (point: Float32Array, outputs: Float32Array) => boolean
  /** Decides a domain with nothing left to split: true when proved, false when it cannot be decided. */
  settle(domain: DomainRecord): Promise<boolean>
}

export interface SearchStatistics {
  /** Children bounded. */
  domains: number
  /** Calls of the bounding program. */
  batches: number
  /** Children dropped because their bounds crossed. */
  empty: number
  /** Domains handed to the exact solver. */
  settled: number
  /** Domains that nothing could decide; their smallest bound. */
  undecided: number
  undecidedBound: number
  /** Smallest bound, less its slack, that proved a domain. */
  provedBound: number
  deepest: number
}

interface Child {
  readonly parent: DomainRecord
  readonly splits: readonly Split[]
}

/** A neuron in compact order and the side of zero. */
interface Split {
  readonly neuron: number
  readonly sign: 1 | -1
}

/** Splits of one domain when few are open; 2 to the power of this many children. */
const MOST_LEVELS = 4
/** Rounds of ascent that a domain with nothing left to split gets before the exact solver: many need no more. */
const MOST_POLISH = 6

export class BabSearch {
  readonly pool: DomainPool
  readonly statistics: SearchStatistics
  readonly #context: SearchContext
  readonly #parents: readonly DomainRecord[]
  readonly #child: DomainRecord

  constructor(context: SearchContext) {
    const { settings, bounder, open, mixed, rows } = context
    this.#context = context
    const layout: PoolLayout = {
      neurons: open.index.length,
      candidates: Math.max(settings.candidates, MOST_LEVELS),
      ownBounds: settings.refreshEvery > 0 && bounder.refreshRows > 0 && bounder.refreshRows <= settings.refreshRows,
      mixed: mixed ? rows : 0,
    }
    this.pool = new DomainPool(layout)
    this.#parents = Array.from({ length: this.#most >> 1 }, () => emptyRecord(layout))
    this.#child = emptyRecord(layout)
    this.statistics = {
      domains: 0,
      batches: 0,
      empty: 0,
      settled: 0,
      undecided: 0,
      undecidedBound: Infinity,
      provedBound: Infinity,
      deepest: 0,
    }
  }

  /** The smallest lower bound of all domains, proved or not; +∞ before there are any. */
  get lowerBound(): number {
    const { undecidedBound, provedBound } = this.statistics
    return Math.min(this.pool.worst, undecidedBound, provedBound)
  }

  get #most(): number {
    const { sizes } = this.#context.bounder
    return sizes[sizes.length - 1]
  }

  /** Bounds the whole box for row `row`, or for a mixture of rows. `alpha` for all neurons of the cone. True: counterexample. */
  async addRoot(row: number, alpha: Float32Array, bound: number, mix?: Float32Array): Promise<boolean> {
    const { open, bounder } = this.#context
    const root = this.#parents[0]
    Object.assign(root, { row, depth: 0, refreshed: 0, polished: 0, bound })
    root.beta.fill(0)
    root.sign.fill(0)
    gather(alpha, open, 0, root.alpha)
    if (mix) root.mix?.set(mix)
    if (root.bounds) {
      gather(open.bounds.lower, open, 0, root.bounds.lower)
      gather(open.bounds.upper, open, 0, root.bounds.upper)
    }
    const batch = bounder.batch(1)
    appendDomain(batch, open, root)
    return await this.#boundChildren(batch, [{ parent: root, splits: [] }])
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
    const { bounder, open } = this.#context
    const parents = this.#parents.slice(0, Math.min(this.pool.size, this.#parents.length, count))
    for (const parent of parents) {
      if (newest) this.pool.popLast(parent)
      else this.pool.popWorst(parent)
    }
    await this.#refresh(parents)
    const levels = Math.min(MOST_LEVELS, Math.max(1, Math.floor(Math.log2(bounder.sizes[0] / parents.length))))
    const chosen = levels === 1 ? await chooseSplits(this.#context, parents) : null
    // A domain with nothing left to split becomes one child without splits: bounded again from where its α and β are.
    const children = parents.flatMap((parent, i) =>
      combinations(chosen ? chosen.subarray(i, i + 1) : parent.candidates.subarray(0, levels)).map((splits) => ({
        parent,
        splits,
      })),
    )
    const batch = bounder.batch(children.length)
    for (const { parent, splits } of children) {
      const row = appendDomain(batch, open, parent)
      for (const { neuron, sign } of splits) splitRow(batch, open, row, neuron, sign)
    }
    return await this.#boundChildren(batch, children)
  }

  /** Recomputes the bounds of parents whose splits have outgrown them. */
  async #refresh(parents: readonly DomainRecord[]): Promise<void> {
    const { settings, bounder, open } = this.#context
    if (!this.pool.layout.ownBounds) return
    const due = parents.filter(({ depth, refreshed }) => depth - refreshed >= settings.refreshEvery)
    for (let from = 0; from < due.length; from += this.#most) {
      const part = due.slice(from, from + this.#most)
      const batch = bounder.batch(part.length)
      for (const parent of part) appendDomain(batch, open, parent)
      padBatch(batch)
      await bounder.refresh(batch)
      for (const [row, parent] of part.entries()) {
        parent.refreshed = parent.depth
        if (!parent.bounds) continue
        gather(batch.lower, open, row, parent.bounds.lower)
        gather(batch.upper, open, row, parent.bounds.upper)
      }
    }
  }

  /** Bounds the rows of `batch`, drops what is proved or empty, keeps the rest. True when a counterexample was accepted. */
  async #boundChildren(batch: DomainBatch, children: readonly Child[]): Promise<boolean> {
    const { bounder, open, settings, thresholds, tryPoint } = this.#context
    padBatch(batch)
    const { rate, decay, iterations, betaRate } = settings.ascent
    const mixRate = this.#context.mixed ? settings.ascent.mixRate : 0
    const result = await bounder.ascend(batch, { rate, decay, iterations, betaRate, mixRate })
    this.statistics.batches++
    this.statistics.domains += children.length
    const outputs = result.outputs.length / batch.size
    const inputs = result.points.length / batch.size
    for (const [row, child] of children.entries()) {
      if (isEmpty(batch, open, row)) {
        this.statistics.empty++
        continue
      }
      const found = result.bound[row]
      const bound = found > child.parent.bound ? found : child.parent.bound
      const margin = bound - thresholds[child.parent.row]
      if (margin > 0) {
        this.statistics.provedBound = Math.min(this.statistics.provedBound, margin)
        continue
      }
      const truth = result.outputs.subarray(row * outputs, (row + 1) * outputs)
      if (tryPoint(result.points.subarray(row * inputs, (row + 1) * inputs), truth)) return true
      await this.#keep(batch, row, child, bound, result)
    }
    return false
  }

  async #keep(
    batch: DomainBatch,
    row: number,
    { parent, splits }: Child,
    bound: number,
    result: AscendedDomains,
  ): Promise<void> {
    const { open, rows } = this.#context
    const child = this.#child
    const { row: about, refreshed, polished } = parent
    Object.assign(child, { bound, row: about, depth: parent.depth + splits.length, refreshed, polished })
    child.sign.set(parent.sign)
    for (const { neuron, sign } of splits) child.sign[neuron] = sign
    gather(result.alpha, open, row, child.alpha)
    gather(result.beta, open, row, child.beta)
    child.mix?.set(result.mix.subarray(row * rows, (row + 1) * rows))
    if (child.bounds) {
      gather(batch.lower, open, row, child.bounds.lower)
      gather(batch.upper, open, row, child.bounds.upper)
    }
    const at = row * open.alpha.length
    const { lower, upper } = batch
    rankCandidates(open, { coefficients: result.coefficients, lower, upper, at, sign: child.sign }, child.candidates)
    this.statistics.deepest = Math.max(this.statistics.deepest, child.depth)
    const whole = child.candidates[0] < 0
    if (!whole || child.polished < MOST_POLISH) {
      if (whole) child.polished++
      this.pool.push(child)
      return
    }
    this.statistics.settled++
    if (await this.#context.settle(child)) return
    this.statistics.undecided++
    this.statistics.undecidedBound = Math.min(this.statistics.undecidedBound, bound)
  }
}

/** All sign patterns of the given neurons; −1 ends the list. */
function combinations(neurons: Int32Array): Split[][] {
  let patterns: Split[][] = [[]]
  for (const neuron of neurons) {
    if (neuron < 0) break
    patterns = patterns.flatMap((pattern) => [
      [...pattern, { neuron, sign: 1 }],
      [...pattern, { neuron, sign: -1 }],
    ])
  }
  return patterns
}
