// Composes services and mounts the app on a page, over whatever connection it is given.
import { mount } from 'svelte'
import { z } from 'zod'
import App from './App.svelte'
import type { Connection } from './client/connection.ts'
import { Clock } from './state/clock.svelte.ts'
import { Drops } from './state/drops.svelte.ts'
import { Jobs } from './state/jobs.svelte.ts'
import { Notifier } from './state/notifier.svelte.ts'
import { Router } from './state/router.svelte.ts'
import { Shell } from './state/shell.svelte.ts'
import { Theme } from './state/theme.svelte.ts'

export function start(window: Window, client: Connection): void {
  // The page policy forbids eval: zod must not compile its checks.
  z.config({ jitless: true })
  const target = window.document.getElementById('app')
  if (target === null) throw new Error('The page has no #app element.')
  const router = new Router(window)
  const theme = new Theme(window)
  const services = {
    client,
    router,
    jobs: new Jobs(client),
    theme,
    clock: new Clock(window),
    shell: new Shell(window, router, theme),
    notifier: new Notifier(window),
    drops: new Drops(window, client, router),
  }
  mount(App, { target, props: { services } })
}
