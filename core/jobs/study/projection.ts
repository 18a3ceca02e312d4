// What a whole verification would take, judged by the images that were looked at and the hard ones among them that were tried.
import type { Recipe } from '../../contract/recipe.ts'
import type { Projection } from '../../contract/study.ts'
import { imagesOf, planRecipe } from '../recipe/plan.ts'

export interface TrialTimes {
  /** Seconds of every image that was answered at once. */
  readonly quick: readonly number[]
  /** How many were not. */
  readonly hard: number
  /** Seconds of the hard ones that were tried to the end. */
  readonly tried: readonly number[]
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length

/** Null where nothing was looked at. All networks of the recipe are taken to be like the one that was tried. */
export function projectTrial(recipe: Recipe, { quick, hard, tried }: TrialTimes): Projection | null {
  const looked = quick.length + hard
  if (looked === 0) return null
  const images = recipe.variants.reduce((total, { name }) => total + imagesOf(recipe, name), 0)
  const worst = planRecipe(recipe).worstCaseSeconds
  const limit = images === 0 ? 0 : worst / images
  const total = (share: number, seconds: number): number => images * ((1 - share) * mean(quick) + share * seconds)
  const share = hard / looked
  const error = shareError(hard, looked, images / recipe.variants.length)
  const least = total(Math.max(0, share - error), Math.min(...tried, limit))
  // Where no hard image was met there may be some all the same, and nobody knows how hard.
  const most = total(Math.min(1, share + error), tried.length === 0 ? limit : Math.max(...tried))
  return { images, usual: total(share, mean(tried)), least, most: Math.min(worst, most), worst }
}

/** Standard error of a share of `looked` out of `all` images; one more of each kind, so that none seen is not none there. */
function shareError(hard: number, looked: number, all: number): number {
  const share = (hard + 1) / (looked + 2)
  const unseen = Math.max(0, 1 - looked / Math.max(1, all))
  return Math.sqrt((share * (1 - share) * unseen) / looked)
}
