// Which jobs run now, and how far the one that said so last has come: what taskbar, power and the close question need.
import type { JobEvent, JobGauge } from '../core/contract/events.ts'

export interface RunningJobs {
  count(): number
  /** Work done of work planned, 0 to 1; null where nothing runs or it is not known. */
  progress(): number | null
}

/** @param changed called after every change, gauges included */
export function followRunningJobs(
  subscribe: (listener: (event: JobEvent) => void) => () => void,
  changed: (jobs: RunningJobs) => void = () => undefined,
): RunningJobs {
  const gauges = new Map<string, JobGauge | null>()
  const jobs: RunningJobs = {
    count: () => gauges.size,
    progress: () => {
      const gauge = [...gauges.values()].findLast((one) => one !== null)
      return gauge === undefined ? null : shareOf(gauge)
    },
  }
  subscribe(({ jobId, body }) => {
    if (body.type === 'state' && body.state === 'running') gauges.set(jobId, null)
    else if (body.type === 'state') gauges.delete(jobId)
    else if (body.type === 'gauge' && gauges.has(jobId)) gauges.set(jobId, body.gauge)
    else return
    changed(jobs)
  })
  return jobs
}

/** Never a made-up percentage: batches of batches and images of images, null for what has no count. */
function shareOf(gauge: JobGauge): number | null {
  if (gauge.stage === 'verify') return gauge.total === 0 ? null : gauge.done / gauge.total
  if (gauge.stage !== 'train' && gauge.stage !== 'fine-tune') return null
  return ((gauge.epoch - 1) * gauge.batches + gauge.batch) / (gauge.epochs * gauge.batches)
}
