// How a job ends: done, or failed with what went wrong in the first of its runs.
import type { ErrorData } from '../../contract/errors.ts'
import type { RunProgress } from './progress.ts'

export interface JobOutcome {
  readonly outcome: 'done' | 'failed'
  readonly error: ErrorData | null
}

export function endOf(runs: readonly RunProgress[]): JobOutcome {
  const failed = runs.filter(({ row }) => row.state === 'failed')
  const first = failed.at(0)?.row
  if (first === undefined) return { outcome: 'done', error: null }
  const { error } = first
  const code = (error?.code ?? 'internal') as ErrorData['code']
  const others = failed.length > 1 ? ` (and ${failed.length - 1} more)` : ''
  const message = `${first.title || first.variant} failed${others}: ${error?.message ?? ''}`
  return { outcome: 'failed', error: { code, message, hint: error?.hint ?? '' } }
}
