// Moves domains between compact records (open neurons only) and the flat rows that bounding programs take.
import type { DomainBatch } from '../../bounds/domain-batch.ts'
import type { DomainBounder } from '../../bounds/domain-bounder.ts'
import type { DomainRecord } from './pool.ts'
import type { OpenNeurons } from './root.ts'

/** One batch of each shape, used again and again: a batch is done with when its bounds have been read. */
export class BatchStore {
  readonly #bounder: DomainBounder
  readonly #batches = new Map<string, DomainBatch>()

  constructor(bounder: DomainBounder) {
    this.#bounder = bounder
  }

  /** The batch with room for `count` rows of `splits` splits each, emptied; rows hold old numbers until they are written. */
  take(count: number, splits: number): DomainBatch {
    const key = `${this.#bounder.sizeFor(count)},${this.#bounder.splitsFor(splits)}`
    const batch = this.#batches.get(key) ?? this.#bounder.batch(count, splits)
    this.#batches.set(key, batch)
    batch.count = 0
    return batch
  }
}

/** Splits of the deepest of `domains`. */
export function deepest(domains: readonly DomainRecord[]): number {
  return domains.reduce((most, { depth }) => Math.max(most, depth), 0)
}

/** Factor on the steps of a domain with nothing left to split, for every time it was bounded before: where it ends is all it has. */
const POLISH = 0.5

/** Writes `domain` into the next free row of `batch` and returns the row's number. */
export function appendDomain(batch: DomainBatch, open: OpenNeurons, domain: DomainRecord): number {
  const row = batch.count++
  const { index, bounds } = open
  const neurons = open.alpha.length
  const at = row * neurons
  batch.lower.set(bounds.lower, at)
  batch.upper.set(bounds.upper, at)
  batch.alpha.set(open.alpha, at)
  batch.clearSplits(row)
  batch.rate[row] = POLISH ** domain.polished
  for (let u = 0; u < index.length; u++) {
    batch.alpha[at + index[u]] = domain.alpha[u]
    const sign = domain.sign[u]
    if (sign !== 0) batch.split(row, index[u], sign > 0 ? 1 : -1, domain.beta[u])
  }
  const rows = batch.mix.length / batch.size
  if (domain.mix) batch.mix.set(domain.mix, row * rows)
  else batch.mix.fill(0, row * rows, (row + 1) * rows)[row * rows + domain.row] = 1
  return row
}

/**
 * Adds a split to a row of the batch that holds `domain`. β starts where the coefficient that goes on to the neuron's inputs
 * stays what it was under the lower line α·z: Λ(1 − α) on the side z ≥ 0, Λα on the other (spec C.5). From 0 a child often
 * starts below its parent.
 */
export function splitRow(
  batch: DomainBatch,
  open: OpenNeurons,
  row: number,
  domain: DomainRecord,
  neuron: number,
  sign: 1 | -1,
): void {
  const pull = domain.pull[domain.candidates.indexOf(neuron)] ?? 0
  const alpha = domain.alpha[neuron]
  batch.split(row, open.index[neuron], sign, pull * (sign > 0 ? 1 - alpha : alpha))
}

/** Copies the open neurons of row `row` of a flat array into `into`. */
export function gather(values: Float32Array, open: OpenNeurons, row: number, into: Float32Array): void {
  const at = row * open.alpha.length
  for (let u = 0; u < into.length; u++) into[u] = values[at + open.index[u]]
}

/** β of the splits of row `row` into the compact order, 0 elsewhere; `values` are in the batch's slots. */
export function gatherBeta(
  values: Float32Array,
  batch: DomainBatch,
  open: OpenNeurons,
  row: number,
  into: Float32Array,
): void {
  into.fill(0)
  batch.forEachSplit(row, (neuron, at) => (into[open.compact[neuron]] = values[at]))
}
