// Progress in the taskbar or dock while a job runs: a share where there is one, a moving bar where there is none.
import type { BrowserWindow } from 'electron'
import type { RunningJobs } from './running-jobs.ts'

type WindowLike = Pick<BrowserWindow, 'isDestroyed' | 'setProgressBar'>

/** What Electron takes for "no bar" and for "under way, nobody knows how far". */
const noBar = -1
const unknownShare = 2

/** Returns the function to call after every change. */
export function createTaskbar(windows: () => readonly WindowLike[]): (jobs: RunningJobs) => void {
  let shown: number | null = null
  return (jobs) => {
    const exact = jobs.count() === 0 ? noBar : (jobs.progress() ?? unknownShare)
    // Whole per cents: gauges come ten times a second.
    const share = Math.round(exact * 100) / 100
    if (share === shown) return
    shown = share
    for (const window of windows()) if (!window.isDestroyed()) window.setProgressBar(share)
  }
}
