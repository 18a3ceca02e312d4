// Where the state of a long search is kept outside of its process, so that another one can go on with it.

/** For one question. */
export interface SearchKeeper {
  /** What an earlier process kept; null where that was nothing. */
  readonly kept: Uint8Array | null
  /** Whether it is time to keep the state again. */
  due(): boolean
  /** Resolves when the state is safe. */
  keep(state: Uint8Array): Promise<void>
}
