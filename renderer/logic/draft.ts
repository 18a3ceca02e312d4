// The wizard's draft: loose input while it is typed, one network or a baseline and its simplified twin once it is a recipe.
import {
  dataSchema,
  recipeSchema,
  trainSchema,
  verifySchema,
  type ArchitectureName,
  type Recipe,
} from '../../core/contract/recipe.ts'
import { issuesOf, issuesUnder, type Issue } from './issues.ts'
import { wizardSteps, type WizardStep } from './routes.ts'

/** What a form holds: any JSON, valid or not yet. */
export type Loose = Record<string, unknown>

/** What people come for; `compare` is about runs that are there, and makes no recipe. */
export const goals = ['simplify', 'check', 'compare'] as const
export type Goal = (typeof goals)[number]

export interface Draft {
  readonly goal: Goal
  readonly name: string
  readonly seed: unknown
  readonly data: Loose
  /** Whether the network is made here, from `architecture`, or is the `model` of the history. */
  readonly origin: 'preset' | 'stored'
  readonly architecture: ArchitectureName
  readonly model: string | null
  /** What the history calls it; empty until it was looked at. */
  readonly modelName: string
  /** A network of the history is trained further. */
  readonly further: boolean
  readonly train: Loose
  readonly simplify: Loose
  readonly fineTune: Loose
  readonly verify: Loose
}

/**
 * Defaults are the schema's, which are the papers'; chosen here is what a first try on the sample set needs, minutes instead
 * of an hour, and what a schema cannot know: a ratio, and a gentler fine-tuning.
 */
export function initialDraft(): Draft {
  const train = trainSchema.parse({ epochs: 20 })
  return {
    goal: 'simplify',
    name: 'my-network',
    seed: 1,
    data: dataSchema.parse({ source: 'sample' }),
    origin: 'preset',
    architecture: 'net1',
    model: null,
    modelName: '',
    further: false,
    train,
    simplify: { method: 'neuron', ratio: 0.5 },
    fineTune: { ...train, epochs: 10, learningRate: train.learningRate / 10 },
    verify: verifySchema.parse({ epsilon: 0.06, timeoutSeconds: 20 }),
  }
}

/** Images chosen by agreement are chosen over all variants: before and after must be asked the same question. */
function sharedImages(images: unknown, variants: readonly string[]): unknown {
  const chosen = (images ?? {}) as Loose
  if (chosen['select'] === 'unanimous') return { ...chosen, groups: [variants] }
  if (chosen['select'] === 'pie') return { ...chosen, dense: variants.slice(0, 1), pruned: variants.slice(-1) }
  return images
}

const simplifiedTitles: Readonly<Record<string, string>> = {
  neuron: 'Neuron-pruned',
  weight: 'Weight-pruned',
  sap: 'SAP-pruned',
  gap: 'GAP-pruned',
  hydra: 'Hydra-pruned',
  random: 'Randomly pruned',
  graft: 'Grafted',
}

/** Whether the network comes from the history: the only kind that can be checked as it is. */
export function isStored({ goal, origin }: Draft): boolean {
  return goal === 'check' || origin === 'stored'
}

/** The name of a network of the history, as much of it as a title has room for; empty where it is none or not looked at yet. */
function storedName(draft: Draft): string {
  return isStored(draft) ? draft.modelName.slice(0, 90) : ''
}

/** The variant that all starts from. */
function firstVariant(draft: Draft): Loose {
  const { goal, model, further, train } = draft
  const named = goal === 'check' ? { name: 'network', title: 'Network' } : { name: 'baseline', title: 'Baseline' }
  if (isStored(draft)) {
    const trained = goal !== 'check' && further
    const title = `${storedName(draft) || named.title}${trained ? ', trained further' : ''}`
    return { ...named, title, from: `model:${model ?? ''}`, ...(trained && { train }) }
  }
  // Neurons are ranked by their batch-norm scale, so there must be one.
  const batchNorm = draft.simplify['method'] === 'neuron'
  return { ...named, architecture: draft.architecture, ...(batchNorm && { batchNorm }), train }
}

/** The recipe a draft describes; not yet checked. */
export function draftRecipe(draft: Draft): Loose {
  const method = draft.goal === 'check' ? 'none' : draft.simplify['method']
  const baseline = firstVariant(draft)
  const simplified = {
    name: method === 'graft' ? 'grafted' : `${String(method)}-pruned`,
    title: `${simplifiedTitles[String(method)] ?? ''} ${storedName(draft)}`.trim(),
    from: 'baseline',
    simplify: draft.simplify,
    fineTune: draft.fineTune,
  }
  const variants = method === 'none' ? [baseline] : [baseline, simplified]
  const names = variants.map(({ name }) => String(name))
  return {
    name: draft.name,
    seed: draft.seed,
    data: draft.data,
    variants,
    verify: { ...draft.verify, images: sharedImages(draft.verify['images'], names) },
  }
}

export type Checked = { readonly recipe: Recipe | null; readonly issues: readonly Issue[] }

export function checkDraft(draft: Draft): Checked {
  const result = recipeSchema.safeParse(draftRecipe(draft), { reportInput: true })
  const missing = isStored(draft) && draft.model === null ? [{ path: originPath, message: 'Choose a network.' }] : []
  const issues = [...missing, ...(result.success ? [] : issuesOf(result.error))]
  return result.success && issues.length === 0 ? { recipe: result.data, issues } : { recipe: null, issues }
}

const originPath = 'variants.0.from'

/** Nothing was chosen yet, which is no fault before its step is left. */
export function isBlank({ path }: Issue): boolean {
  return path === originPath
}

/** The steps that lead to a goal, in order. A network that is only checked is neither trained nor simplified. */
export function stepsOf(goal: Goal): readonly WizardStep[] {
  return goal === 'check' ? wizardSteps.filter((step) => step !== 'train' && step !== 'simplify') : wizardSteps
}

/** Where each step's inputs live in the recipe. */
export const stepPaths: Readonly<Record<WizardStep, readonly string[]>> = {
  goal: [],
  data: ['data'],
  model: ['variants.0.architecture', originPath],
  train: ['variants.0.train', 'seed'],
  simplify: ['variants.1'],
  verify: ['verify'],
  review: ['name'],
}

export function stepIssues(checked: Checked, step: WizardStep): Issue[] {
  return issuesUnder(checked.issues, stepPaths[step])
}

/** A stored draft, or null when it is none of ours (an older version's, or damaged). */
export function reviveDraft(text: string | null): Draft | null {
  if (text === null) return null
  try {
    const value = JSON.parse(text) as Partial<Draft> | null
    const fresh = initialDraft()
    const same = value !== null && Object.keys(fresh).every((key) => key in value)
    return same ? { ...fresh, ...value } : null
  } catch {
    return null
  }
}
