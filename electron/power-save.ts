// The computer stays awake while a job runs, and only then.
import type { PowerSaveBlocker } from 'electron'
import type { JobEvent } from '../core/contract/events.ts'

/** Returns the function that ends the watching and lets the computer sleep. */
export function setupPowerSave(
  blocker: Pick<PowerSaveBlocker, 'start' | 'stop'>,
  subscribe: (listener: (event: JobEvent) => void) => () => void,
): () => void {
  const running = new Set<string>()
  let block: number | null = null
  const update = (): void => {
    if (running.size > 0) block ??= blocker.start('prevent-app-suspension')
    else if (block !== null) {
      blocker.stop(block)
      block = null
    }
  }
  const unsubscribe = subscribe(({ jobId, body }) => {
    if (body.type !== 'state') return
    if (body.state === 'running') running.add(jobId)
    else running.delete(jobId)
    update()
  })
  return () => {
    unsubscribe()
    running.clear()
    update()
  }
}
