// Stopping after this instance: the work ends once the image that is being decided, or the epoch under way, is stored.
import type { JobEventBody } from '../contract/events.ts'

export interface Finisher {
  /** From now on the next end of an instance is the end of the work. */
  finish(): void
  /** To be told every event of the job, after it was sent. */
  saw(body: JobEventBody): void
}

/** @param stop called once, between two instances, after `finish` was called */
export function createFinisher(stop: () => void): Finisher {
  let finishing = false
  let epochOver = false
  return {
    finish() {
      finishing = true
    },
    saw({ type }) {
      if (!finishing) return
      // The checkpoint of an epoch is written between its figures and the first batch of the next.
      if (type === 'verdict' || type === 'run' || (type === 'gauge' && epochOver)) {
        finishing = false
        stop()
      }
      epochOver = type === 'metrics'
    },
  }
}
