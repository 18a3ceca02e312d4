// The recipes that come with Espalier.
import { readdir, readFile } from 'node:fs/promises'
import type { ApiOutput } from '../contract/api.ts'
import { parseRecipe } from '../jobs/recipe/text.ts'

const folder = new URL('../../resources/recipes/', import.meta.url)

/** By file name; each is checked as it is read. */
export async function listRecipes(): Promise<ApiOutput<'recipes.list'>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort()
  return Promise.all(
    names.map(async (name) => {
      const yaml = await readFile(new URL(name, folder), 'utf8')
      const { title, description } = parseRecipe(yaml)
      return { name, title, description, yaml }
    }),
  )
}
