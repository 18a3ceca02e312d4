// Job events to every window that shows our page.
import type { WebContents } from 'electron'
import type { JobEvent } from '../core/contract/events.ts'
import { eventsChannel } from './channels.ts'
import { isAppUrl } from './origin.ts'

interface WindowLike {
  isDestroyed(): boolean
  readonly webContents: Pick<WebContents, 'send' | 'getURL'>
}

/** Returns the function that ends the sending. */
export function setupEvents(
  subscribe: (listener: (event: JobEvent) => void) => () => void,
  windows: () => readonly WindowLike[],
): () => void {
  return subscribe((event) => {
    for (const window of windows())
      if (!window.isDestroyed() && isAppUrl(window.webContents.getURL())) window.webContents.send(eventsChannel, event)
  })
}
