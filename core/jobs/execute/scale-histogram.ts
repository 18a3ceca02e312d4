// The scales γ of batch norm while a network is trained: a histogram of their sizes for every epoch, kept with the metrics.
import { scaleBins } from '../../contract/figures.ts'
import type { MetricPoint } from '../../contract/rows.ts'
import type { Network } from '../../nn/index.ts'
import { pack, weightLayout } from '../../train/layout.ts'

/** Counts of |γ| over all layers; empty where there is none. */
export class ScaleHistogram {
  readonly #series: string
  readonly #runId: string
  readonly #places: readonly { readonly offset: number; readonly size: number }[]
  readonly #start: Float32Array

  /** @param network as it is before the stage */
  constructor(runId: string, stage: 'train' | 'fine-tune', network: Network) {
    const layout = weightLayout(network)
    this.#runId = runId
    this.#series = `scales.${stage}`
    this.#places = layout.entries.filter(({ role }) => role === 'gamma')
    this.#start = pack(layout, network)
  }

  /** Before the first epoch. */
  before(): MetricPoint[] {
    return this.after(0, this.#start)
  }

  /** @param weights flat, as training holds them */
  after(epoch: number, weights: Float32Array): MetricPoint[] {
    if (this.#places.length === 0) return []
    const values = this.#places.flatMap(({ offset, size }) => Array.from(weights.subarray(offset, offset + size)))
    return countScales(values).map((value, bin) => ({
      runId: this.#runId,
      series: `${this.#series}.${bin}`,
      step: epoch,
      value,
    }))
  }
}

/** How many |γ| are in each bin; those beyond the last are in it. */
export function countScales(values: readonly number[]): number[] {
  const { count, width } = scaleBins
  const counts = Array.from({ length: count }, () => 0)
  for (const value of values) counts[Math.min(count - 1, Math.floor(Math.abs(value) / width))] += 1
  return counts
}
