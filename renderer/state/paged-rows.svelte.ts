// A long list of the core that is asked for page by page, as its rows come into sight.
import { untrack } from 'svelte'
import { SvelteMap } from 'svelte/reactivity'
import { toErrorData, type ErrorData } from '../../core/contract/errors.ts'

const pageSize = 100

export interface PageSource<T> {
  readonly count: () => Promise<number>
  readonly page: (range: { limit: number; offset: number }) => Promise<readonly T[]>
}

export class PagedRows<T> {
  total = $state(0)
  loaded = $state(false)
  error: ErrorData | null = $state.raw(null)
  private readonly pages = new SvelteMap<number, readonly T[]>()
  private source: PageSource<T>
  /** Pages on their way, or there. */
  private asked: readonly number[] = []
  private wanted: readonly number[] = [0]
  /** Grows with every refresh: answers to older questions are dropped. */
  private version = 0
  private followed: number | null = null

  constructor(source: PageSource<T>) {
    this.source = source
  }

  /** Null while it is on its way. */
  row(index: number): T | null {
    return this.pages.get(Math.floor(index / pageSize))?.[index % pageSize] ?? null
  }

  /** Says that these rows, from inclusive to exclusive, are in sight. */
  need(from: number, to: number): void {
    const first = Math.floor(from / pageSize)
    const last = Math.floor(Math.max(from, to - 1) / pageSize)
    this.wanted = Array.from({ length: last - first + 1 }, (_, k) => first + k)
    for (const page of this.wanted) if (!this.pages.has(page)) void this.load(page)
  }

  /** For an effect: asks again whenever `version` has changed, or the source. */
  follow(version: number, source: PageSource<T> = this.source): void {
    untrack(() => {
      if (version === this.followed && source === this.source) return
      this.followed = version
      void this.refresh(source)
    })
  }

  /** Asks again for the count and for what is in sight; what is there stays until the answers are in. */
  async refresh(source: PageSource<T> = this.source): Promise<void> {
    this.source = source
    const version = ++this.version
    this.asked = []
    try {
      const [total] = await Promise.all([source.count(), ...this.wanted.map((page) => this.load(page))])
      if (version !== this.version) return
      this.total = total
      this.loaded = true
      // Pages out of sight are old now.
      for (const page of [...this.pages.keys()]) if (!this.asked.includes(page)) this.pages.delete(page)
    } catch (thrown) {
      if (version === this.version) this.error = toErrorData(thrown)
    }
  }

  private async load(page: number): Promise<void> {
    if (this.asked.includes(page)) return
    this.asked = [...this.asked, page]
    const version = this.version
    try {
      const rows = await this.source.page({ limit: pageSize, offset: page * pageSize })
      if (version !== this.version) return
      this.pages.set(page, rows)
      this.error = null
    } catch (thrown) {
      if (version !== this.version) return
      this.asked = this.asked.filter((other) => other !== page)
      this.error = toErrorData(thrown)
    }
  }
}
