// The scales γ of batch norm while a network is trained: a histogram of their sizes for every layer and epoch, kept with the metrics.
import { scaleBins } from '../../contract/figures.ts'
import type { MetricPoint } from '../../contract/rows.ts'
import type { Network } from '../../nn/index.ts'
import { pack, weightLayout } from '../../train/layout.ts'

/** Counts of |γ| by layer; none where there is no batch norm. Bins without a scale are left out. */
export class ScaleHistogram {
  /** What the names of all its series begin with. */
  readonly series: string
  readonly #runId: string
  readonly #layers: readonly { readonly id: string; readonly offset: number; readonly size: number }[]
  readonly #start: Float32Array

  /** @param network as it is before the stage */
  constructor(runId: string, stage: 'train' | 'fine-tune', network: Network) {
    const layout = weightLayout(network)
    this.#runId = runId
    this.series = `scales.${stage}.`
    this.#layers = layout.entries
      .filter(({ role }) => role === 'gamma')
      .map(({ name, offset, size }) => ({ id: name.slice(0, name.lastIndexOf('.')), offset, size }))
    this.#start = pack(layout, network)
  }

  /** Before the first epoch. */
  before(): MetricPoint[] {
    return this.after(0, this.#start)
  }

  /** @param weights flat, as training holds them */
  after(epoch: number, weights: Float32Array): MetricPoint[] {
    return this.#layers.flatMap(({ id, offset, size }) =>
      countScales(weights.subarray(offset, offset + size)).flatMap((value, bin) =>
        value === 0 ? [] : [{ runId: this.#runId, series: `${this.series}${id}.${bin}`, step: epoch, value }],
      ),
    )
  }
}

/** How many |γ| are in each bin; those beyond the last are in it. */
export function countScales(values: ArrayLike<number>): number[] {
  const { count, width } = scaleBins
  const counts = Array.from({ length: count }, () => 0)
  for (const value of Array.from(values)) counts[Math.min(count - 1, Math.floor(Math.abs(value) / width))] += 1
  return counts
}
