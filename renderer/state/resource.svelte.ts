// One answer of the core: loading, value or error, and a way to ask again; late answers of old questions are dropped.
import { toErrorData, type ErrorData } from '../../core/contract/errors.ts'

export class Resource<T> {
  value: T | null = $state.raw(null)
  error: ErrorData | null = $state.raw(null)
  loading = $state(false)
  private question = 0

  /** Asks; the old value stays on screen until the new one is there. */
  async load(ask: () => Promise<T>): Promise<void> {
    const question = ++this.question
    this.loading = true
    try {
      const value = await ask()
      if (question !== this.question) return
      this.value = value
      this.error = null
    } catch (thrown) {
      if (question === this.question) this.error = toErrorData(thrown)
    } finally {
      if (question === this.question) this.loading = false
    }
  }
}

/** Inside a component: asks now, and again whenever what `when` reads has changed. */
export function keepFresh<T>(resource: Resource<T>, when: () => unknown, ask: () => Promise<T>): void {
  $effect(() => {
    when()
    void resource.load(ask)
  })
}
