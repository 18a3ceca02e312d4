// Which network a recipe simplifies, and whether it is there already: scores can be shown only of what is.
import { EspalierError } from '../../contract/errors.ts'
import type { Recipe, SimplifyOptions, VariantOptions } from '../../contract/recipe.ts'
import type { Store } from '../../store/store.ts'
import { loadModel, loadRunModel, type RecordedModel } from '../execute/models.ts'
import { originOf, variantReference } from '../recipe/check.ts'

export interface Subject {
  /** The variant that is simplified. */
  readonly variant: VariantOptions
  readonly simplify: Exclude<SimplifyOptions, { method: 'none' }>
  /** The variant whose network is the start of all. */
  readonly root: VariantOptions
  readonly seed: number
  /** The network of the root is the one that is simplified: of the history, and nothing is done to it before. */
  readonly ready: boolean
}

/** The first variant that is simplified. @throws EspalierError 'recipe/invalid' where none is */
export function subjectOf(recipe: Recipe): Subject {
  for (const variant of recipe.variants) {
    const { simplify } = variant
    if (simplify.method === 'none') continue
    const line = ancestry(recipe, variant)
    const root = line[line.length - 1]
    const untouched = line.every(
      (one, at) => one.train === undefined && (at === 0 || (one.simplify.method === 'none' && !one.fineTune)),
    )
    const ready = untouched && originOf(root).kind !== 'fresh'
    return { variant, simplify, root, seed: variant.seed ?? recipe.seed, ready }
  }
  throw new EspalierError(
    'recipe/invalid',
    'Nothing is simplified in this recipe.',
    'Choose a method under `simplify`.',
  )
}

/** The variant, the one it starts from, and so on. */
function ancestry(recipe: Recipe, variant: VariantOptions): readonly VariantOptions[] {
  const line = [variant]
  for (;;) {
    const parent = variantReference(line[line.length - 1])
    const found = recipe.variants.find(({ name }) => name === parent)
    if (found === undefined || line.includes(found)) return line
    line.push(found)
  }
}

/** The network of the history that a variant starts from; null where it is fresh. @throws EspalierError 'store/missing' */
export async function loadOrigin(store: Store, variant: VariantOptions): Promise<RecordedModel | null> {
  const origin = originOf(variant)
  if (origin.kind === 'model') return loadModel(store, origin.id)
  return origin.kind === 'run' ? loadRunModel(store, origin, new Date().toISOString()) : null
}
