// A page that vanished (crash, out of memory) is shown again; one that vanishes over and over is told to the user.
import type { App, MessageBoxOptions, WebContents } from 'electron'

interface RecoveryContext {
  readonly ask: (options: MessageBoxOptions) => Promise<{ readonly response: number }>
  readonly quit: () => void
  /** Milliseconds; the clock. */
  readonly now: () => number
}

/** Two in this time are no accident. */
const soon = 60_000

/** Jobs are processes of their own and go on: the page takes a snapshot and then the events after it. */
export function setupRecovery(app: Pick<App, 'on'>, { ask, quit, now }: RecoveryContext): void {
  let last = -Infinity
  app.on('render-process-gone', (_event, contents, { reason }) => {
    if (reason === 'clean-exit') return
    const again = now() - last < soon
    last = now()
    if (again) void askWhether(contents, reason)
    else reload(contents)
  })
  const askWhether = async (contents: WebContents, reason: string): Promise<void> => {
    const { response } = await ask({
      type: 'error',
      message: 'The window failed twice in a minute.',
      detail: `The system says: ${reason}. Running jobs are not touched by this, and what is finished is stored.`,
      buttons: ['Show it again', 'Quit'],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    })
    if (response === 0) reload(contents)
    else quit()
  }
}

function reload(contents: Pick<WebContents, 'isDestroyed' | 'reload'>): void {
  if (!contents.isDestroyed()) contents.reload()
}
