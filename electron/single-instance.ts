// One Espalier at a time: a second start brings the first one's window to the front.
import type { App } from 'electron'

interface WindowLike {
  isMinimized(): boolean
  restore(): void
  focus(): void
}

/** False where another instance runs already: then this one must quit. */
export function setupSingleInstance(
  app: Pick<App, 'requestSingleInstanceLock' | 'on'>,
  windows: () => readonly WindowLike[],
): boolean {
  if (!app.requestSingleInstanceLock()) return false
  app.on('second-instance', () => {
    const window = windows().at(0)
    if (window?.isMinimized() === true) window.restore()
    window?.focus()
  })
  return true
}
