// How one search went: samples of its bound and of its tree, thinned as they come, kept as an artifact of the verdict.
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { z } from 'zod'
import { searchSampleSchema, type SearchSample } from '../../contract/figures.ts'
import type { VerdictRow } from '../../contract/rows.ts'
import type { Store } from '../../store/store.ts'
import type { VerifyProgress } from '../../verify/problem.ts'

/** A sample is kept when at least this long, and this share of the time so far, has passed since the last. */
const leastSeconds = 0.02
const leastShare = 0.04
const samplesSchema = z.array(searchSampleSchema)

export class SearchTrace {
  readonly #samples: SearchSample[] = []
  #last: SearchSample | null = null

  /** @param seconds since the search began, earlier processes included */
  add({ lowerBound: bound, domains: visited, open, depths }: VerifyProgress, seconds: number): void {
    this.#last = { seconds, bound, visited, open, depths: depths ? [...depths] : null }
    const before = this.#samples.at(-1)
    if (before === undefined || seconds - before.seconds >= Math.max(leastSeconds, leastShare * seconds))
      this.#samples.push(this.#last)
  }

  /** In order of time, the last one always among them. */
  get samples(): readonly SearchSample[] {
    return this.#last === null || this.#samples.at(-1) === this.#last ? this.#samples : [...this.#samples, this.#last]
  }

  /** The artifact that holds the samples; null for a search that was over at once: it has no curve. */
  async write(store: Store): Promise<string | null> {
    if (this.samples.filter(({ bound }) => bound !== null).length < 2) return null
    const text = await promisify(gzip)(JSON.stringify(this.samples))
    return store.artifacts.put(text, 'application/gzip')
  }
}

/** @throws EspalierError 'store/missing', 'store/corrupt' where the artifact is gone or was changed */
export async function readSearch(store: Store, { search }: VerdictRow): Promise<SearchSample[]> {
  if (search === null) return []
  const text = await promisify(gunzip)(await store.artifacts.get(search))
  return samplesSchema.parse(JSON.parse(text.toString('utf8')))
}
