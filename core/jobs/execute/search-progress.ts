// What a search tells while it works: a gauge to the windows, and a sample for its trace.
import type { JobEventBody } from '../../contract/events.ts'
import type { VerifyProgress } from '../../verify/problem.ts'
import type { SearchTrace } from './search-trace.ts'

export interface SearchListeners {
  readonly runId: string
  /** Which question of how many; `imageIndex` as its verdict is recorded. */
  readonly place: {
    readonly done: number
    readonly total: number
    readonly imageIndex: number
    readonly properties?: boolean
  }
  readonly trace: SearchTrace
  readonly emit: (body: JobEventBody) => void
}

/** @param seconds since the search began, earlier processes included */
export function reportSearch(
  { runId, place, trace, emit }: SearchListeners,
  progress: VerifyProgress,
  seconds: number,
): void {
  const { stage, lowerBound, domains, open, depths } = progress
  trace.add(progress, seconds)
  const tree = { domainsOpen: open, domainsVisited: domains, domainsByDepth: depths ? [...depths] : null }
  const figures = { method: stage, seconds, ...tree, worstBound: lowerBound }
  emit({ type: 'gauge', runId, gauge: { stage: 'verify', ...place, ...figures } })
}
