// Where a run stands: every step goes to its row and, as an event, to the windows.
import type { ErrorData } from '../../contract/errors.ts'
import type { RunRow, RunSummary } from '../../contract/rows.ts'
import type { JobContext } from './context.ts'

/** The stages a run goes through, in order (contract/rows.ts). */
export type StageName = 'load' | 'train' | 'simplify' | 'fine-tune' | 'evaluate' | 'verify'

export class RunProgress {
  readonly #context: Pick<JobContext, 'store' | 'emit'>
  #row: RunRow

  constructor(context: Pick<JobContext, 'store' | 'emit'>, row: RunRow) {
    this.#context = context
    this.#row = row
  }

  get row(): RunRow {
    return this.#row
  }

  async enter(stage: StageName): Promise<void> {
    const startedAt = this.#row.startedAt ?? new Date().toISOString()
    await this.#update({ state: 'running', stage, startedAt, finishedAt: null, error: null })
  }

  /** The network is ready; verification comes when the other variants are ready too. */
  async wait(): Promise<void> {
    await this.#update({ state: 'waiting', stage: 'verify' })
  }

  async end(state: 'done' | 'failed' | 'interrupted', error: ErrorData | null = null): Promise<void> {
    const stage = state === 'done' ? '' : this.#row.stage
    await this.#update({ state, stage, error, finishedAt: new Date().toISOString() })
  }

  async record(patch: Pick<Partial<RunRow>, 'modelId' | 'datasetId'>): Promise<void> {
    this.#row = await this.#context.store.runs.update(this.#row.id, patch)
  }

  async summarise(summary: RunSummary): Promise<void> {
    this.#row = await this.#context.store.runs.update(this.#row.id, { summary })
    this.#context.emit({ type: 'summary', runId: this.#row.id, summary })
  }

  async #update(patch: Parameters<JobContext['store']['runs']['update']>[1]): Promise<void> {
    this.#row = await this.#context.store.runs.update(this.#row.id, patch)
    const { id, state, stage, error } = this.#row
    this.#context.emit({ type: 'run', runId: id, state, stage, error })
  }
}
