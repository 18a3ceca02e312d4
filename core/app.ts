// The composition root: opens a home folder and implements the contract's Api on it.
import type { Api } from './contract/api.ts'
import type { JobEvent } from './contract/events.ts'
import type { JobLauncher } from './jobs/launcher.ts'

export interface AppOptions {
  /** The data folder; created where missing. */
  readonly home: string
  /** Which shell asks: told by `app.info`. */
  readonly shell: 'cli' | 'serve' | 'electron' | 'test'
  /** How job processes are started. Default: Node's fork. */
  readonly launcher?: JobLauncher
}

export interface App {
  readonly api: Api
  readonly home: string
  subscribe(listener: (event: JobEvent) => void): () => void
  /** Interrupts running jobs (they can be resumed), then closes the store. */
  dispose(): Promise<void>
}
