// How the worst bound of one search rose over time, thinned as it is recorded: data of the plot of bound against time.
import type { Store } from '../../store/store.ts'

/** A point is kept when at least this long, and this share of the time so far, has passed since the last. */
const leastSeconds = 0.02
const leastShare = 0.04

/** Points of one search, kept as metrics of the run: series `bound.KEY`, step in seconds, value the worst bound. */
export class BoundTrace {
  readonly #points: { step: number; value: number }[] = []
  #last: { step: number; value: number } | null = null

  add(seconds: number, bound: number | null): void {
    if (bound === null || !Number.isFinite(bound)) return
    this.#last = { step: seconds, value: bound }
    const before = this.#points.at(-1)
    if (before === undefined || seconds - before.step >= Math.max(leastSeconds, leastShare * seconds))
      this.#points.push(this.#last)
  }

  /** Thinned points, the last one always among them. */
  get points(): readonly { readonly step: number; readonly value: number }[] {
    return this.#last === null || this.#points.at(-1) === this.#last ? this.#points : [...this.#points, this.#last]
  }

  /** A search that reported one bound only has no curve. */
  async write(store: Store, runId: string, key: string): Promise<void> {
    const { points } = this
    if (points.length < 2) return
    await store.metrics.append(points.map((point) => ({ runId, series: traceSeries(key), ...point })))
  }
}

/** @param key `verifier:image:target` */
export function traceSeries(key: string): string {
  return `bound.${key}`
}
