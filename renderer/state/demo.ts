// The recipe of the one-minute demo, as it comes with Espalier.
import type { Recipe } from '../../core/contract/recipe.ts'
import type { Connection } from '../client/connection.ts'

/** Null where the installation has no recipes. */
export async function demoRecipe(client: Connection): Promise<Recipe | null> {
  const recipes = await client.call('recipes.list', {})
  const found = recipes.find(({ name }) => /^demo(\.yaml)?$/.test(name)) ?? recipes[0]
  return found === undefined ? null : (await client.call('recipes.parse', { yaml: found.yaml })).recipe
}
