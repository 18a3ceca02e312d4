// A study of the core as one window follows it: started, watched until it is over, stopped.
import { toErrorData, type ErrorData } from '../../../core/contract/errors.ts'
import type { Recipe } from '../../../core/contract/recipe.ts'
import type { Study, StudyKind } from '../../../core/contract/study.ts'
import type { Connection } from '../../client/connection.ts'

/** Milliseconds between two looks at a study under way. */
const interval = 300

export class StudyWatch {
  study: Study | null = $state.raw(null)
  private failure: ErrorData | null = $state.raw(null)
  private readonly client: Connection
  private readonly kind: StudyKind
  private watching = false
  private closed = false

  /** Takes up the last study of the kind: a reload or another step loses nothing. */
  constructor(client: Connection, kind: StudyKind) {
    this.client = client
    this.kind = kind
    void this.attempt(() => client.call('studies.state', { kind }))
  }

  get running(): boolean {
    return this.study?.state === 'running'
  }

  get error(): Study['error'] {
    return this.failure ?? this.study?.error ?? null
  }

  async start(recipe: Recipe): Promise<void> {
    await this.attempt(() => this.client.call('studies.start', { kind: this.kind, recipe }))
  }

  async stop(): Promise<void> {
    await this.attempt(() => this.client.call('studies.stop', { kind: this.kind }))
  }

  close(): void {
    this.closed = true
  }

  private async attempt(ask: () => Promise<Study | null>): Promise<void> {
    try {
      this.study = await ask()
      this.failure = null
      await this.watch()
    } catch (thrown) {
      this.failure = toErrorData(thrown)
    }
  }

  private async watch(): Promise<void> {
    if (this.watching) return
    this.watching = true
    try {
      while (this.running && !this.closed) {
        await new Promise((resolve) => setTimeout(resolve, interval))
        this.study = await this.client.call('studies.state', { kind: this.kind })
      }
    } finally {
      this.watching = false
    }
  }
}
