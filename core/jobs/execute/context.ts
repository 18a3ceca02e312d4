// What the stages of a job share.
import type { JobEventBody } from '../../contract/events.ts'
import type { Recipe, VariantOptions } from '../../contract/recipe.ts'
import { EspalierError } from '../../contract/errors.ts'
import type { RunRow } from '../../contract/rows.ts'
import type { DatasetPair } from '../../data/dataset.ts'
import type { Store } from '../../store/store.ts'

export interface JobContext {
  readonly store: Store
  readonly recipe: Recipe
  readonly data: DatasetPair
  readonly datasetId: string
  readonly signal: AbortSignal
  readonly emit: (body: JobEventBody) => void
}

/** One variant on its way: its row is changed only by the process of its job. */
export interface VariantContext extends JobContext {
  readonly variant: VariantOptions
  readonly run: RunRow
}

/** What scoring the neurons of a variant's network needs: less than a run, so that it can be asked before there is one. */
export interface ScoringContext extends Pick<VariantContext, 'data' | 'recipe' | 'variant' | 'signal' | 'emit'> {
  readonly run: Pick<RunRow, 'id' | 'seed'>
}

/** @throws EspalierError 'job/cancelled' once the job was asked to stop */
export function requireRunning(signal: AbortSignal): void {
  if (signal.aborted)
    throw new EspalierError('job/cancelled', 'The job was stopped.', 'Resume it to go on where it was.')
}
