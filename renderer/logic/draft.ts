// The wizard's draft: loose input while it is typed, a baseline and a simplified variant once it is a recipe.
import {
  dataSchema,
  recipeSchema,
  trainSchema,
  verifySchema,
  type ArchitectureName,
  type Recipe,
} from '../../core/contract/recipe.ts'
import { issuesOf, issuesUnder, type Issue } from './issues.ts'
import type { WizardStep } from './routes.ts'

/** What a form holds: any JSON, valid or not yet. */
export type Loose = Record<string, unknown>

export interface Draft {
  readonly name: string
  readonly seed: unknown
  readonly data: Loose
  readonly architecture: ArchitectureName
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
    name: 'my-network',
    seed: 1,
    data: dataSchema.parse({ source: 'sample' }),
    architecture: 'net1',
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

/** The recipe a draft describes; not yet checked. */
export function draftRecipe(draft: Draft): Loose {
  const method = draft.simplify['method']
  const baseline = {
    name: 'baseline',
    title: 'Baseline',
    architecture: draft.architecture,
    // Neurons are ranked by their batch-norm scale, so there must be one.
    ...(method === 'neuron' && { batchNorm: true }),
    train: draft.train,
  }
  const simplified = {
    name: method === 'graft' ? 'grafted' : `${String(method)}-pruned`,
    title: simplifiedTitles[String(method)] ?? '',
    from: 'baseline',
    simplify: draft.simplify,
    fineTune: draft.fineTune,
  }
  const variants = method === 'none' ? [baseline] : [baseline, simplified]
  const names = variants.map(({ name }) => name)
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
  return result.success ? { recipe: result.data, issues: [] } : { recipe: null, issues: issuesOf(result.error) }
}

/** Where each step's inputs live in the recipe. */
export const stepPaths: Readonly<Record<WizardStep, readonly string[]>> = {
  data: ['data'],
  model: ['variants.0.architecture'],
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
