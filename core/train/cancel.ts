// Cancellation between batches.
import { EspalierError } from '../contract/errors.ts'

/** @throws EspalierError 'job/cancelled' once the signal is aborted */
export function requireNotCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return
  throw new EspalierError('job/cancelled', 'Training was cancelled.', 'Resume it: it goes on after its last epoch.')
}
