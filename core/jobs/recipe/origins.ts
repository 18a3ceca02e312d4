// The networks of the history that a recipe starts from, looked for before anything runs.
import { EspalierError } from '../../contract/errors.ts'
import type { Recipe } from '../../contract/recipe.ts'
import type { Store } from '../../store/store.ts'
import { originOf, type Origin } from './check.ts'

/** A network that a variant takes from the history. */
type HistoryOrigin = Extract<Origin, { kind: 'model' | 'run' }>

/** What the variants take from the history, each network once. */
export function historyOrigins({ variants }: Recipe): readonly HistoryOrigin[] {
  const byName = new Map<string, HistoryOrigin>()
  for (const variant of variants) {
    const origin = originOf(variant)
    if (variant.from !== undefined && (origin.kind === 'model' || origin.kind === 'run'))
      byName.set(variant.from, origin)
  }
  return [...byName.values()]
}

/** @throws EspalierError 'store/missing' that names every network the history does not have, and the recipes that make them */
export async function requireOrigins({ models, runs }: Pick<Store, 'models' | 'runs'>, recipe: Recipe): Promise<void> {
  const now = new Date().toISOString()
  const missing: HistoryOrigin[] = []
  for (const origin of historyOrigins(recipe)) {
    const found =
      origin.kind === 'model' ? await models.get(origin.id) : await runs.latestModel(origin.recipe, origin.variant, now)
    if (found === null) missing.push(origin)
  }
  if (missing.length === 0) return
  const recipes = Map.groupBy(
    missing.filter((origin) => origin.kind === 'run'),
    ({ recipe: name }) => name,
  )
  const ids = missing.filter((origin) => origin.kind === 'model').map(({ id }) => id)
  const parts = [
    ...(ids.length === 0 ? [] : [`no model ${ids.join(', ')}`]),
    ...Array.from(recipes, ([name, made]) => `nothing of ${name}: ${made.map(({ variant }) => variant).join(', ')}`),
  ]
  throw new EspalierError('store/missing', `This history has ${parts.join('; ')}.`, hintFor([...recipes.keys()]))
}

function hintFor(recipes: readonly string[]): string {
  if (recipes.length === 0) return 'espalier models lists the models there are; so does the app under Models.'
  const what = recipes.length === 1 ? `the recipe ${recipes[0]}` : `the recipes ${recipes.join(', ')}`
  return `Run ${what} first, into the same data folder (--home); espalier runs lists what is there.`
}
