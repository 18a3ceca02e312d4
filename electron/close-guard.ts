// Closing or quitting while a job runs asks first: what runs is paused and goes on at the next start, or all stays.
import type { BrowserWindow, MessageBoxOptions, MessageBoxReturnValue } from 'electron'

export interface CloseQuestion {
  /** How many jobs run. */
  readonly running: () => number
  readonly ask: (options: MessageBoxOptions) => Promise<MessageBoxReturnValue>
}

/** Answers whether the app may end now, and may be asked twice at once; a yes stays a yes. */
export type MayClose = (() => Promise<boolean>) & { readonly settled: () => boolean }

const pauseAndClose = 1

export function createCloseQuestion({ running, ask }: CloseQuestion): MayClose {
  let agreed = false
  let asking: Promise<boolean> | null = null
  const settled = (): boolean => agreed || running() === 0
  const mayClose = (): Promise<boolean> => {
    if (settled()) return Promise.resolve(true)
    asking ??= ask(question(running()))
      .then(({ response }) => (agreed = response === pauseAndClose))
      .finally(() => (asking = null))
    return asking
  }
  return Object.assign(mayClose, { settled })
}

/** Only the last window asks: the others close without ending anything. */
export function guardWindow(
  window: Pick<BrowserWindow, 'on' | 'close'>,
  isLast: () => boolean,
  mayClose: MayClose,
): void {
  window.on('close', (event) => {
    if (!isLast() || mayClose.settled()) return
    event.preventDefault()
    void mayClose().then((yes) => {
      if (yes) window.close()
    })
  })
}

/** Quitting waits for the answer, and then until `dispose` has interrupted the jobs and closed the history. */
export function guardQuit(
  app: { on(event: 'before-quit', listener: (event: { preventDefault(): void }) => void): unknown; quit(): void },
  mayClose: MayClose,
  dispose: () => Promise<void>,
): void {
  let ready = false
  let ending = false
  app.on('before-quit', (event) => {
    if (ready) return
    event.preventDefault()
    void mayClose().then(async (yes) => {
      if (!yes || ending) return
      ending = true
      await dispose().catch(() => undefined)
      ready = true
      app.quit()
    })
  })
}

function question(count: number): MessageBoxOptions {
  return {
    type: 'question',
    message: count === 1 ? 'A job is running.' : `${count} jobs are running.`,
    detail: 'Closing pauses it. Everything finished is stored; resume it under Runs after the next start.',
    buttons: ['Keep Espalier open', 'Pause and close'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  }
}
