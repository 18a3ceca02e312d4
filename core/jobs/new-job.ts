// The runs of a new job: one row for each variant, waiting for its turn.
import type { JobRow, RunRow } from '../contract/rows.ts'
import { createId } from './ids.ts'
import { imagesOf } from './recipe/plan.ts'

export function runsOf({ id, recipe, createdAt }: JobRow): RunRow[] {
  return recipe.variants.map(({ name, title, seed }, position) => {
    const verify = imagesOf(recipe, name) > 0 ? recipe.verify : null
    return {
      id: createId('run'),
      jobId: id,
      position,
      variant: name,
      title: title ?? '',
      state: 'waiting',
      stage: '',
      datasetId: null,
      modelId: null,
      seed: seed ?? recipe.seed,
      // A property has a box of its own.
      epsilon: recipe.properties.length > 0 ? null : (verify?.epsilon ?? null),
      timeoutSeconds: verify?.timeoutSeconds ?? null,
      summary: null,
      error: null,
      createdAt,
      startedAt: null,
      finishedAt: null,
    }
  })
}
