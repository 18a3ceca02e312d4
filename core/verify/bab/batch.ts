// Moves domains between compact records (open neurons only) and the flat rows that bounding programs take.
import type { DomainBatch, DomainBounder } from '../../bounds/domain-bounder.ts'
import type { DomainRecord } from './pool.ts'
import type { OpenNeurons } from './root.ts'

/** One batch of each size, used again and again: a batch is done with when its bounds have been read. */
export class BatchStore {
  readonly #bounder: DomainBounder
  readonly #batches = new Map<number, DomainBatch>()

  constructor(bounder: DomainBounder) {
    this.#bounder = bounder
  }

  /** The batch with room for `count` rows, emptied; rows hold old numbers until they are written. */
  take(count: number): DomainBatch {
    const size = this.#bounder.sizeFor(count)
    const batch = this.#batches.get(size) ?? this.#bounder.batch(count)
    this.#batches.set(size, batch)
    batch.count = 0
    return batch
  }
}

/** Writes `domain` into the next free row of `batch` and returns the row's number. */
export function appendDomain(batch: DomainBatch, open: OpenNeurons, domain: DomainRecord): number {
  const row = batch.count++
  const { index, bounds } = open
  const neurons = open.alpha.length
  const at = row * neurons
  batch.lower.set(bounds.lower, at)
  batch.upper.set(bounds.upper, at)
  batch.alpha.set(open.alpha, at)
  batch.beta.fill(0, at, at + neurons)
  batch.sign.fill(0, at, at + neurons)
  for (let u = 0; u < index.length; u++) {
    const j = at + index[u]
    batch.alpha[j] = domain.alpha[u]
    const sign = domain.sign[u]
    if (sign !== 0) clamp(batch, j, sign, domain.beta[u])
  }
  const rows = batch.mix.length / batch.size
  if (domain.mix) batch.mix.set(domain.mix, row * rows)
  else batch.mix.fill(0, row * rows, (row + 1) * rows)[row * rows + domain.row] = 1
  return row
}

/** The signs of a split at neuron place `j`: bounds clamped, β in place. */
function clamp(batch: DomainBatch, j: number, sign: number, beta: number): void {
  batch.sign[j] = sign
  batch.beta[j] = beta
  if (sign > 0) batch.lower[j] = Math.max(batch.lower[j], 0)
  else batch.upper[j] = Math.min(batch.upper[j], 0)
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
  clamp(batch, row * open.alpha.length + open.index[neuron], sign, pull * (sign > 0 ? 1 - alpha : alpha))
}

/** Repeats the first row into the unused ones, so that padding holds ordinary numbers. */
export function padBatch(batch: DomainBatch): void {
  const { size } = batch
  for (const values of [batch.lower, batch.upper, batch.alpha, batch.beta, batch.sign, batch.mix]) {
    const width = values.length / size
    for (let row = batch.count; row < size; row++) values.copyWithin(row * width, 0, width)
  }
}

/** Copies the open neurons of row `row` of a flat array into `into`. */
export function gather(values: Float32Array, open: OpenNeurons, row: number, into: Float32Array): void {
  const at = row * open.alpha.length
  for (let u = 0; u < into.length; u++) into[u] = values[at + open.index[u]]
}
