// Doing something now, and again whenever an input has changed and has been left alone for a moment.

/** Milliseconds without a key before the core is asked. */
const pause = 350

/** Inside a component. `wait`: milliseconds that the key must stay the same; less for sliders. */
export function follow(key: () => string, action: () => void, wait = pause): void {
  let before: string | null = null
  let timer: number | undefined
  $effect(() => {
    const now = key()
    if (now === before) return
    window.clearTimeout(timer)
    timer = window.setTimeout(action, before === null ? 0 : wait)
    before = now
  })
  $effect(() => () => window.clearTimeout(timer))
}
