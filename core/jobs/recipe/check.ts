// What a schema cannot say about a recipe: names that refer to each other, architectures that can be pruned.
import { EspalierError } from '../../contract/errors.ts'
import type { ArchitectureName, Recipe, SimplifyOptions, VariantOptions } from '../../contract/recipe.ts'
import { formatPath, type Locate } from './issues.ts'
import { closest } from './suggest.ts'

/** Architectures that have batch norm whether asked for or not. */
const alwaysNormalised: readonly ArchitectureName[] = ['net1', 'net2']

const modelPrefix = 'model:'
const runPrefix = 'run:'

/** Where a variant's network comes from: made afresh, an earlier variant, or the history. */
export type Origin =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'variant'; readonly name: string }
  | { readonly kind: 'model'; readonly id: string }
  | { readonly kind: 'run'; readonly recipe: string; readonly variant: string }

export function originOf({ from }: VariantOptions): Origin {
  if (from === undefined) return { kind: 'fresh' }
  if (from.startsWith(modelPrefix)) return { kind: 'model', id: from.slice(modelPrefix.length) }
  if (!from.startsWith(runPrefix)) return { kind: 'variant', name: from }
  const [recipe, variant = ''] = from.slice(runPrefix.length).split('/')
  return { kind: 'run', recipe, variant }
}

/** The earlier variant that `variant` starts from; null where it is fresh or of the history. */
export function variantReference(variant: VariantOptions): string | null {
  const origin = originOf(variant)
  return origin.kind === 'variant' ? origin.name : null
}

/** @throws EspalierError `recipe/invalid` at the first thing that cannot be carried out */
export function checkRecipe(recipe: Recipe, locate: Locate = formatPath): void {
  const names: string[] = []
  recipe.variants.forEach((variant, position) => {
    const path = ['variants', position]
    if (names.includes(variant.name)) {
      fail([...path, 'name'], `'${variant.name}' is used twice`, 'Give every variant a name of its own.', locate)
    }
    checkOrigin(variant, path, names, locate)
    checkBatchNorm(recipe, variant, path, locate)
    checkTraining(variant, path, locate)
    checkSimplify(recipe, variant, path, locate)
    checkProperties(recipe, variant, path, locate)
    names.push(variant.name)
  })
  checkGroups(recipe, names, locate)
}

function checkOrigin(variant: VariantOptions, path: PropertyKey[], earlier: readonly string[], locate: Locate): void {
  if (variant.from === undefined) {
    if (variant.architecture !== undefined) return
    fail(path, 'has neither `architecture` nor `from`', 'A fresh network needs an architecture.', locate)
  }
  if (variant.architecture !== undefined) {
    fail([...path, 'architecture'], 'stands beside `from`', 'Keep one: the network taken over has its own.', locate)
  }
  if (variant.normalise !== undefined) {
    fail([...path, 'normalise'], 'stands beside `from`', 'Leave it out: the network taken over has its own.', locate)
  }
  const origin = originOf(variant)
  if (origin.kind === 'model' && origin.id === '') fail([...path, 'from'], 'names no model', 'Write model:ID.', locate)
  if (origin.kind === 'run' && (origin.recipe === '' || origin.variant === ''))
    fail([...path, 'from'], 'names no run', 'Write run:RECIPE/VARIANT.', locate)
  const parent = variantReference(variant)
  if (parent === null || earlier.includes(parent)) return
  const meant = closest(parent, earlier)
  const known = earlier.length === 0 ? 'There is none before it.' : `Earlier variants: ${earlier.join(', ')}.`
  const hint = meant === null ? known : `Did you mean '${meant}'?`
  fail([...path, 'from'], `is '${parent}', which is no earlier variant`, hint, locate)
}

/** The fresh variant at the root of a variant's lineage; null where that is of the history. */
export function rootVariant(recipe: Recipe, variant: VariantOptions): VariantOptions | null {
  const origin = originOf(variant)
  if (origin.kind === 'model' || origin.kind === 'run') return null
  const from = origin.kind === 'fresh' ? undefined : recipe.variants.find(({ name }) => name === origin.name)
  return from === undefined ? variant : rootVariant(recipe, from)
}

function checkBatchNorm(recipe: Recipe, variant: VariantOptions, path: PropertyKey[], locate: Locate): void {
  const root = rootVariant(recipe, variant)
  if (root?.architecture === undefined || root.batchNorm === true) return
  if (alwaysNormalised.includes(root.architecture)) return
  const hint = `Give variant '${root.name}' batchNorm: true, or use ${alwaysNormalised.join(' or ')}.`
  if (variant.simplify.method === 'neuron') {
    const what = `is 'neuron', but ${root.architecture} has no batch norm to rank neurons by`
    fail([...path, 'simplify', 'method'], what, hint, locate)
  }
  for (const stage of ['train', 'fineTune'] as const) {
    if ((variant[stage]?.gammaL1 ?? 0) === 0) continue
    fail([...path, stage, 'gammaL1'], `is set, but ${root.architecture} has no batch-norm scales`, hint, locate)
  }
}

/**
 * ε of what simplification asks of neurons (bounds, attacks): its own, else that of verification.
 * @throws EspalierError `recipe/invalid` where neither is given
 */
export function simplifyEpsilon({ verify }: Recipe, { epsilon }: { readonly epsilon: number | null }): number {
  const radius = epsilon ?? verify?.epsilon
  if (radius !== undefined) return radius
  const hint = 'Give `simplify` an epsilon, or the recipe a `verify` part, whose ε then serves.'
  throw new EspalierError('recipe/invalid', 'Simplification has no ε to bound or attack neurons at.', hint)
}

function asksEpsilon(simplify: SimplifyOptions): simplify is Extract<SimplifyOptions, { epsilon: number | null }> {
  if (simplify.method === 'gap') return simplify.inputs === 'fgsm'
  if (simplify.method === 'hydra') return simplify.loss.kind !== 'standard'
  return simplify.method === 'graft'
}

function checkSimplify(recipe: Recipe, variant: VariantOptions, path: PropertyKey[], locate: Locate): void {
  const { simplify, fineTune } = variant
  if (asksEpsilon(simplify)) simplifyEpsilon(recipe, simplify)
  if (!('gradual' in simplify) || simplify.gradual === null || (fineTune?.epochs ?? 0) > 0) return
  const hint = 'Give the variant a `fineTune` part with epochs, or simplify at once (gradual: null).'
  fail([...path, 'simplify', 'gradual'], 'needs epochs of fine-tuning to work in', hint, locate)
}

/** What one training could not carry out, whatever its network. */
function checkTraining(variant: VariantOptions, path: PropertyKey[], locate: Locate): void {
  for (const stage of ['train', 'fineTune'] as const) {
    const options = variant[stage]
    if (options === undefined) continue
    const { method, epochs, select, validation } = options
    if (select === 'robust-accuracy' && validation === 0) {
      const hint = 'Hold out images with validation, or select: loss.'
      fail([...path, stage, 'select'], "is 'robust-accuracy', but no images are held out", hint, locate)
    }
    if (method.kind !== 'ibp' && method.kind !== 'crown-ibp') continue
    const growing = method.cleanEpochs + method.rampEpochs
    if (epochs === 0 || epochs > growing) continue
    const hint = `Train for more than ${growing} epochs, or give fewer cleanEpochs and rampEpochs.`
    fail([...path, stage, 'epochs'], `is ${epochs}, but ε is full only after ${growing}`, hint, locate)
  }
}

/** Properties are asked of networks that are there. */
function checkProperties(recipe: Recipe, variant: VariantOptions, path: PropertyKey[], locate: Locate): void {
  if (recipe.properties.length === 0) return
  if (recipe.verify === null) fail(['verify'], 'is null beside `properties`', 'Give a method and a time limit.', locate)
  const hint = 'Train or import the network first, then write from: model:ID and nothing else.'
  const { kind } = originOf(variant)
  if (kind !== 'model' && kind !== 'run') fail(path, 'is not of the history, but there are `properties`', hint, locate)
  if (variant.train === undefined && variant.fineTune === undefined && variant.simplify.method === 'none') return
  fail(path, 'is changed, but there are `properties`', hint, locate)
}

function checkGroups(recipe: Recipe, names: readonly string[], locate: Locate): void {
  const images = recipe.verify?.images
  const path = ['verify', 'images']
  const check = (given: readonly string[], at: PropertyKey[]): void =>
    given.forEach((name, i) => {
      if (names.includes(name)) return
      const meant = closest(name, names)
      const hint = meant === null ? `Variants: ${names.join(', ')}.` : `Did you mean '${meant}'?`
      fail([...at, i], `is '${name}', which is no variant`, hint, locate)
    })
  if (images?.select === 'pie')
    for (const key of ['dense', 'pruned', 'asked'] as const) check(images[key] ?? [], [...path, key])
  if (images?.select !== 'unanimous') return
  images.groups.forEach((group, g) => check(group, [...path, 'groups', g]))
  if (images.found + images.missed > 0) return
  fail(path, 'asks for no image at all', 'Set found or missed above 0.', locate)
}

function fail(path: readonly PropertyKey[], what: string, hint: string, locate: Locate): never {
  throw new EspalierError('recipe/invalid', `${locate(path)} ${what}`, hint)
}
