// What a whole verification would take, judged by the few images that were tried.
import type { Recipe } from '../../contract/recipe.ts'
import type { Projection, TrialAnswer } from '../../contract/study.ts'
import { imagesOf, planRecipe } from '../recipe/plan.ts'

/** Null without answers. All networks of the recipe are taken to be like the one that was tried. */
export function projectTrial(
  recipe: Recipe,
  answers: readonly Pick<TrialAnswer, 'imageIndex' | 'seconds'>[],
): Projection | null {
  if (answers.length === 0) return null
  const byImage = Map.groupBy(answers, ({ imageIndex }) => imageIndex)
  const times = [...byImage.values()].map((own) => own.reduce((sum, { seconds }) => sum + seconds, 0))
  const images = recipe.variants.reduce((total, { name }) => total + imagesOf(recipe, name), 0)
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length
  return {
    images,
    usual: images * mean,
    least: images * Math.min(...times),
    most: images * Math.max(...times),
    worst: planRecipe(recipe).worstCaseSeconds,
  }
}
