// The shell's own state: which of its sheets is open, the keys that open them, and whether the tour was shown.
import { KeySequence, type Action } from '../logic/shortcuts.ts'
import type { Router } from './router.svelte.ts'
import type { Theme } from './theme.svelte.ts'

const tourKey = 'espalier.tour'

export class Shell {
  sheet: 'palette' | 'shortcuts' | 'tour' | null = $state(null)
  private readonly window: Window
  private readonly router: Router
  private readonly theme: Theme

  constructor(window: Window, router: Router, theme: Theme) {
    this.window = window
    this.router = router
    this.theme = theme
    if (window.localStorage.getItem(tourKey) === null) this.sheet = 'tour'
    const sequence = new KeySequence()
    window.addEventListener('keydown', (event) => {
      const held = event.ctrlKey || event.metaKey
      if (event.defaultPrevented || (!held && (isTyping(event.target) || this.sheet !== null))) return
      const action = sequence.press(event, event.timeStamp)
      if (action === null) return
      event.preventDefault()
      this.run(action)
    })
  }

  get mac(): boolean {
    return this.window.navigator.userAgent.includes('Mac')
  }

  run({ does }: Pick<Action, 'does'>): void {
    this.close()
    if ('go' in does) this.router.go(does.go)
    else if (does.command === 'theme') this.theme.next()
    else this.sheet = does.command
  }

  /** The tour comes by itself once: closing it counts as having seen it. */
  close(): void {
    if (this.sheet === 'tour') this.window.localStorage.setItem(tourKey, 'seen')
    this.sheet = null
  }
}

/** Letters typed into a field, or moving a choice, are no shortcuts; dialogs of screens keep their keys too. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.closest('input, textarea, select, [role="dialog"]') !== null
}
