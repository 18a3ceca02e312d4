// What a recipe would do, and what it costs at worst, before anything is started.
import type { ApiOutput } from '../../contract/api.ts'
import type {
  DataOptions,
  ImagesOptions,
  Recipe,
  SimplifyOptions,
  TrainOptions,
  VariantOptions,
  VerifyOptions,
} from '../../contract/recipe.ts'
import type { VerifierName } from '../../contract/verdict.ts'
import { variantReference } from './check.ts'

type Plan = ApiOutput<'recipes.plan'>

/** Stages in the order they run. Worst case: every image of every variant, for every verifier, at its time limit. */
export function planRecipe(recipe: Recipe): Plan {
  const images = recipe.variants.reduce((total, variant) => total + imagesOf(recipe, variant.name), 0)
  const verifiers = recipe.verify === null ? 0 : verifiersOf(recipe.verify).length
  return {
    recipe,
    stages: recipe.variants.flatMap((variant) => stagesOf(recipe, variant)),
    images: images * verifiers,
    worstCaseSeconds: images * verifiers * (recipe.verify?.timeoutSeconds ?? 0),
  }
}

/** The verifier that is asked, whose answers make the figures of a run, then those that check it; each once. */
export function verifiersOf({ method, crossCheck }: VerifyOptions): readonly VerifierName[] {
  return [...new Set([method, ...crossCheck])]
}

/** How many images are verified, at most, on one variant; of a recipe of properties, how many of those. */
export function imagesOf({ verify, properties }: Recipe, variant: string): number {
  if (verify === null) return 0
  if (properties.length > 0) return properties.length
  const { images } = verify
  if (images.select === 'first') return images.count
  if (images.select === 'indices') return images.indices.length
  if (images.select === 'pie') return (images.asked ?? [variant]).includes(variant) ? images.count : 0
  return images.groups.filter((group) => group.includes(variant)).length * (images.found + images.missed)
}

/** ε of the FGSM figure of every variant: its own, else that of verification; null where neither is given. */
export function evaluationEpsilon({ evaluateEpsilon, verify }: Recipe): number | null {
  return evaluateEpsilon ?? verify?.epsilon ?? null
}

function stagesOf(recipe: Recipe, variant: VariantOptions): Plan['stages'] {
  const stage = (name: string, detail: string) => ({ variant: variant.name, stage: name, detail })
  const parent = variantReference(variant)
  if (recipe.properties.length > 0) return [stage('load', variant.from ?? ''), stage('verify', propertiesText(recipe))]
  const origin = variant.from === undefined ? `fresh ${variant.architecture ?? ''}` : (parent ?? variant.from)
  const stages = [stage('load', `${origin}; ${dataText(recipe.data)}`)]
  if (variant.train !== undefined) stages.push(stage('train', trainText(variant.train)))
  if (variant.simplify.method !== 'none') {
    const { method, ratio } = variant.simplify
    stages.push(stage('simplify', `${(ratio * 100).toFixed(0)} % of ${simplifyText[method]}`))
  }
  if (variant.fineTune !== undefined) stages.push(stage('fine-tune', trainText(variant.fineTune)))
  stages.push(stage('evaluate', evaluateText(recipe)))
  if (imagesOf(recipe, variant.name) > 0) stages.push(stage('verify', verifyText(recipe, variant.name)))
  return stages
}

const simplifyText: Readonly<Record<Exclude<SimplifyOptions['method'], 'none'>, string>> = {
  neuron: 'hidden neurons removed',
  weight: 'weights set to zero',
  sap: 'hidden neurons set to zero (SAP)',
  gap: 'hidden neurons set to zero (GAP)',
  hydra: 'hidden neurons set to zero (Hydra)',
  random: 'hidden neurons set to zero, at random',
  graft: 'hidden neurons grafted',
}

function evaluateText(recipe: Recipe): string {
  const epsilon = evaluationEpsilon(recipe)
  const all = `accuracy${epsilon === null ? '' : ` and FGSM robustness at ε ${epsilon}`} on all test images`
  if (epsilon === null || recipe.evaluateAttack === null) return all
  const { steps, restarts, images } = recipe.evaluateAttack
  return `${all}; PGD-${steps}, ${restarts} starts, on ${images === null ? 'all' : `the first ${images}`}`
}

function dataText(data: DataOptions): string {
  return data.source === 'sample'
    ? `sample set, ${data.train} + ${data.test} images`
    : `${data.directory} (${data.source})`
}

function trainText({ epochs, batchSize, learningRate, gammaL1 }: TrainOptions): string {
  const sparse = gammaL1 > 0 ? `, λ ${gammaL1} on |γ|` : ''
  return `at most ${epochs} epochs, batch ${batchSize}, learning rate ${learningRate}${sparse}`
}

function propertiesText({ properties, verify }: Recipe): string {
  const names = properties.map(({ name }) => name).join(', ')
  return verify === null ? names : `${names}, by ${verifiersOf(verify).join(', ')}, ${verify.timeoutSeconds} s each`
}

function verifyText(recipe: Recipe, variant: string): string {
  if (recipe.verify === null) return ''
  const { epsilon, timeoutSeconds, images, property } = recipe.verify
  const methods = verifiersOf(recipe.verify).join(', ')
  const chosen = selectionText[images.select]
  return `${imagesOf(recipe, variant)} images (${chosen}), ${property}, ε ${epsilon}, by ${methods}, ${timeoutSeconds} s each`
}

const selectionText: Readonly<Record<ImagesOptions['select'], string>> = {
  first: 'the first of the test set',
  indices: 'by index',
  unanimous: 'on which FGSM agrees for the group',
  pie: 'on which dense and pruned variants differ, at most',
}
