// The engine of a study: the one that the recipe's job would have.
import type { Recipe } from '../../contract/recipe.ts'
import { openEngine, type Engine, type EngineOptions } from '../../engine/engine.ts'

/** @throws EspalierError 'engine/*' */
export function openStudyEngine({ provider, threads }: Recipe): Promise<Engine> {
  return openEngine({ provider: provider as EngineOptions['provider'], ...(threads === 0 ? {} : { threads }) })
}
