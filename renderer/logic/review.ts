// The recipe of the wizard in a line for each step, for the last look before the start.
import { trainSchema, type ImagesOptions, type Recipe, type TrainOptions } from '../../core/contract/recipe.ts'
import { simplifyTitles } from '../../core/contract/titles.ts'
import type { Loose } from './draft.ts'
import { formatCount } from './format.ts'
import type { WizardStep } from './routes.ts'
import { fieldsOf } from './schema-fields.ts'
import { optionTitle, verifierWords } from './words.ts'

export interface ReviewLine {
  readonly step: WizardStep
  readonly title: string
  readonly text: string
}

/** @param network what the network is called, and how large it is, where that is known */
export function reviewLines(
  recipe: Recipe,
  network: { readonly title: string; readonly neurons: number | null },
): ReviewLine[] {
  const [first, simplified] = recipe.variants
  const size = network.neurons === null ? '' : `, ${formatCount(network.neurons)} hidden neurons`
  return [
    { step: 'data', title: 'Data', text: dataText(recipe) },
    { step: 'model', title: 'Model', text: `${network.title}${size}` },
    {
      step: 'train',
      title: 'Train',
      text: first?.train ? trainText(first.train, recipe.seed) : 'Nothing; taken as it is',
    },
    { step: 'simplify', title: 'Simplify', text: simplified ? simplifyText(simplified) : 'Nothing; one network only' },
    { step: 'verify', title: 'Verify', text: verifyText(recipe) },
  ]
}

function dataText({ data }: Recipe): string {
  if (data.source !== 'sample') return data.directory
  return `Sample set, ${formatCount(data.train)} training and ${formatCount(data.test)} test images`
}

/** What everybody asks for, then every setting that is not as it comes. */
function trainText(options: TrainOptions, seed: number): string {
  const { method, epsilon, epochs, batchSize, learningRate } = options
  const how = method.kind === 'standard' ? 'Standard' : `${optionTitle(method.kind)} at ε = ${epsilon}`
  const course = `at most ${formatCount(epochs)} epochs, batch ${formatCount(batchSize)}, learning rate ${learningRate}`
  return [how, course, ...changed(options), `seed ${seed}`].join(', ')
}

const named: readonly string[] = ['method', 'epsilon', 'epochs', 'batchSize', 'learningRate']

/** The settings that differ from the schema's defaults: `Sparsity λ 0.002`; of groups only that they do. */
function changed(options: TrainOptions): string[] {
  const given: Loose = options
  const usual: Loose = trainSchema.parse({})
  return fieldsOf(trainSchema).flatMap(({ key, label, kind }) => {
    const value = given[key]
    if (named.includes(key) || JSON.stringify(value) === JSON.stringify(usual[key])) return []
    if (kind === 'union') return [`${label} ${optionTitle(String((value as Loose)['kind']))}`]
    if (kind === 'group') return [`${label} changed`]
    return [
      `${label} ${value === null ? 'none' : typeof value === 'string' ? optionTitle(value) : JSON.stringify(value)}`,
    ]
  })
}

function simplifyText({ simplify, fineTune }: Recipe['variants'][number]): string {
  const ratio = 'ratio' in simplify ? `, a share of ${simplify.ratio}` : ''
  const after = fineTune && fineTune.epochs > 0 ? `at most ${formatCount(fineTune.epochs)} epochs` : 'no epoch'
  return `${simplifyTitles[simplify.method]}${ratio}, then ${after} of fine-tuning`
}

function verifyText({ verify }: Recipe): string {
  if (verify === null) return 'Nothing'
  const { method, epsilon, images, timeoutSeconds } = verify
  return `${verifierWords[method].title}, ε = ${epsilon}, ${imagesText(images)}, at most ${timeoutSeconds} s per image`
}

function imagesText(images: ImagesOptions): string {
  if (images.select === 'first') return `the first ${formatCount(images.count)} test images`
  if (images.select === 'indices') return `${formatCount(images.indices.length)} chosen test images`
  if (images.select === 'pie') return `at most ${formatCount(images.count)} images that simplification changes`
  return `${formatCount(images.found + images.missed)} images on which FGSM agrees`
}
