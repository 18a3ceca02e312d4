// One notification when a job ends and nobody is looking; in a browser only where it was asked for and allowed.
import type { JobRow } from '../../core/contract/rows.ts'

const storageKey = 'espalier.notify'

export class Notifier {
  on = $state(false)
  /** The browser was told never to ask. */
  refused = $state(false)
  /** False in Electron, whose main process notifies, and where the browser cannot. */
  readonly available: boolean
  private readonly window: Window

  constructor(window: Window) {
    this.window = window
    this.available = window.espalier === undefined && 'Notification' in window
    this.on =
      this.available && window.localStorage.getItem(storageKey) === 'on' && Notification.permission === 'granted'
  }

  async set(on: boolean): Promise<void> {
    if (!this.available) return
    const permission = on ? await Notification.requestPermission() : 'granted'
    this.refused = permission === 'denied'
    this.on = on && permission === 'granted'
    this.window.localStorage.setItem(storageKey, this.on ? 'on' : 'off')
  }

  tell(job: JobRow): void {
    if (!this.on || !this.window.document.hidden) return
    const notification = new Notification(job.title || job.name, { body: endText(job), tag: job.id })
    notification.onclick = () => {
      this.window.focus()
      this.window.location.hash = `#/jobs/${job.id}`
    }
  }
}

/** How a job ended, in one sentence. */
export function endText({ state, error }: Pick<JobRow, 'state' | 'error'>): string {
  if (state === 'done') return 'Done: every figure and verdict is in.'
  if (state === 'failed') return `Failed: ${error?.message ?? ''}`
  if (state === 'cancelled') return 'Stopped. What was finished is kept.'
  return error === null ? 'Paused. What was finished is kept.' : `Interrupted: ${error.message}`
}
