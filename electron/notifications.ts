// One notification when a job ends while no window of ours is in front.
import type { JobEvent } from '../core/contract/events.ts'
import type { JobRow, JobState } from '../core/contract/rows.ts'

export interface NotificationContext {
  readonly subscribe: (listener: (event: JobEvent) => void) => () => void
  /** The job as it is stored. */
  readonly jobOf: (id: string) => Promise<JobRow>
  readonly inFront: () => boolean
  /** @param clicked shows the job */
  readonly show: (text: { title: string; body: string }, clicked: () => void) => void
  readonly go: (hash: string) => void
}

const words: Partial<Readonly<Record<JobState, string>>> = {
  done: 'Done: every figure and verdict is in.',
  failed: 'Failed. Open it to see why.',
  interrupted: 'Interrupted. What was finished is stored.',
}

/** What was stopped on purpose needs no notification. Returns the function that ends it. */
export function setupNotifications({ subscribe, jobOf, inFront, show, go }: NotificationContext): () => void {
  const running = new Set<string>()
  return subscribe(({ jobId, body }) => {
    if (body.type !== 'state') return
    const ran = running.delete(jobId)
    if (body.state === 'running') running.add(jobId)
    const text = words[body.state]
    if (!ran || text === undefined || inFront()) return
    void jobOf(jobId).then(
      (job) => {
        if (job.state === 'interrupted' && job.error === null) return
        show({ title: job.title || job.name, body: text }, () => go(`#/jobs/${jobId}`))
      },
      () => undefined,
    )
  })
}
