// A page of a long list.

export interface Page {
  readonly limit?: number
  readonly offset?: number
}

/** The page asked for; without one, everything. */
export function pageOf(page: Page | undefined): { limit: number; offset: number } {
  return { limit: page?.limit ?? -1, offset: page?.offset ?? 0 }
}
