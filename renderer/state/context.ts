// The services every screen shares, handed down by Svelte's context: connection, router, jobs, theme, clock, shell, notifier, drops.
import { createContext } from 'svelte'
import type { Connection } from '../client/connection.ts'
import type { Clock } from './clock.svelte.ts'
import type { Drops } from './drops.svelte.ts'
import type { Jobs } from './jobs.svelte.ts'
import type { Notifier } from './notifier.svelte.ts'
import type { Router } from './router.svelte.ts'
import type { Shell } from './shell.svelte.ts'
import type { Theme } from './theme.svelte.ts'

export interface Services {
  readonly client: Connection
  readonly router: Router
  readonly jobs: Jobs
  readonly theme: Theme
  readonly clock: Clock
  readonly shell: Shell
  readonly notifier: Notifier
  readonly drops: Drops
}

export const [useServices, provideServices] = createContext<Services>()
