// A map that holds a limited number of entries: the one that was set longest ago goes first.
export class NewestMap<K, V> {
  readonly #limit: number
  readonly #entries = new Map<K, V>()

  /** @param limit at least 1 */
  constructor(limit: number) {
    this.#limit = limit
  }

  get(key: K): V | undefined {
    return this.#entries.get(key)
  }

  /** The entry is the newest from now on, also where it was there before. */
  set(key: K, value: V): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    const oldest = this.#entries.keys().next()
    if (this.#entries.size > this.#limit && oldest.done !== true) this.#entries.delete(oldest.value)
  }

  delete(key: K): void {
    this.#entries.delete(key)
  }
}
