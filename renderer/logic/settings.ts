// How runs came about, step by step: the settings of each and of every network it was made from, as forms call them.
import {
  dataSchema,
  recipeSchema,
  simplifySchema,
  trainSchema,
  variantSchema,
  verifySchema,
  type Recipe,
  type TrainOptions,
  type VariantOptions,
} from '../../core/contract/recipe.ts'
import type { JobRow, RunRow } from '../../core/contract/rows.ts'
import { schemaTree, type SchemaNode } from '../../core/contract/schema-tree.ts'
import { architectureTitle, simplifyTitles } from '../../core/contract/titles.ts'
import { providerReason } from './fairness.ts'
import { leavesOf, type Leaf } from './schema-leaves.ts'
import { rowOf, type SideGroup } from './side-rows.ts'
import { methodTitle, optionTitle } from './words.ts'

/** A run with every variant it came from, the first one first and its own last. */
export interface MadeRun {
  readonly run: Pick<RunRow, 'seed'>
  readonly job: Pick<JobRow, 'recipe' | 'environment'>
  readonly made: readonly VariantOptions[]
}

/** What one step of one run was set to: in a word, and in full. */
interface Step {
  readonly title: string
  readonly word: string
  readonly leaves: readonly Leaf[]
}

const trees = {
  network: schemaTree(variantSchema),
  train: schemaTree(trainSchema),
  simplify: schemaTree(simplifySchema),
  data: schemaTree(dataSchema),
  verify: schemaTree(verifySchema),
  recipe: schemaTree(recipeSchema),
} as const

/** Steps of one network, which may be taken more than once; and what a job sets for all of its networks. */
const networkSteps = ['Network', 'Training', 'Simplification', 'Fine-tuning']
const jobSteps = ['Data', 'Verification', 'Whole job', 'Machine']

/** The variants of one recipe that a variant came from, the first one first and itself last. */
export function madeFrom({ variants }: Pick<Recipe, 'variants'>, name: string): VariantOptions[] {
  const at = variants.findIndex((one) => one.name === name)
  const own = variants[at]
  if (own === undefined) return []
  return own.from === undefined ? [own] : [...madeFrom({ variants: variants.slice(0, at) }, own.from), own]
}

/**
 * A group of rows for each step. Of a step that only some runs have, settings at their default count as the same: that it was
 * taken at all is the difference, and the group's words say so.
 */
export function settingGroups(sides: readonly MadeRun[]): SideGroup[] {
  const columns = sides.map((side) => stepsOf(side))
  const titles = [...new Set(columns.flatMap((steps) => steps.map(({ title }) => title)))]
  return titles
    .sort((a, b) => rankOf(a) - rankOf(b))
    .map((wanted) => groupOf(wanted, columns.map((steps) => steps.find(({ title }) => title === wanted)))) // prettier-ignore
}

/** `Training 2` after every step that was taken once, before what the job sets. */
function rankOf(title: string): number {
  const [, name = title, turn = '1'] = /^(.+?)(?: (\d+))?$/.exec(title) ?? []
  const ofJob = jobSteps.indexOf(name)
  return ofJob >= 0 ? 1e6 + ofJob : Number(turn) * networkSteps.length + networkSteps.indexOf(name)
}

function groupOf(title: string, steps: readonly (Step | undefined)[]): SideGroup {
  const taken = steps.filter((step) => step !== undefined)
  const paths = [...new Set(taken.flatMap(({ leaves }) => leaves.map(({ path }) => path)))]
  const rows = paths.map((path) => {
    const leaves = taken.map((step) => step.leaves.find((leaf) => leaf.path === path))
    const known = leaves.filter((leaf) => leaf !== undefined)
    const cells = steps.map((step) => (step === undefined ? null : leaves[taken.indexOf(step)]?.text))
    const alike = new Set(leaves.map((leaf) => leaf?.text)).size === 1
    const same = alike && (taken.length === steps.length || known.every(({ usual }) => usual))
    return { ...rowOf(known[0]?.title ?? path, cells), same }
  })
  return { title, words: steps.map((step) => step?.word ?? null), rows }
}

function stepsOf({ run, job, made }: MadeRun): Step[] {
  const { data, verify, provider, threads, evaluateEpsilon, evaluateAttack, properties } = job.recipe
  const asked = properties.map(({ name }) => name)
  const whole = { seed: run.seed, provider, threads, evaluateEpsilon, evaluateAttack, properties: asked }
  return [
    networkStep(made),
    ...numbered(made.flatMap(variantSteps)),
    stepOf('Data', optionTitle(data.source), trees.data, data, 'source'),
    ...(verify === null ? [] : [stepOf('Verification', methodTitle(verify.method), trees.verify, verify, 'method')]),
    stepOf('Whole job', '', trees.recipe, whole),
    { title: 'Machine', word: '', leaves: machineLeaves(job.environment) },
  ]
}

/** @param named path of the setting that `word` says already */
function stepOf(title: string, word: string, tree: SchemaNode, value: unknown, named = ''): Step {
  return { title, word, leaves: leavesOf(tree, value).filter(({ path }) => path !== named) }
}

function networkStep(made: readonly VariantOptions[]): Step {
  const fresh = made.find(({ architecture }) => architecture !== undefined)
  const { architecture, batchNorm, normalise } = fresh ?? {}
  const ancestors = made.slice(0, -1).map(({ name, title }) => title ?? name)
  const word = architecture === undefined ? 'of the history' : architectureTitle(architecture)
  const { leaves } = stepOf('', '', trees.network, { batchNorm, normalise })
  const origin = ancestors.length === 0 ? [] : [{ path: 'from', title: 'Made from', text: ancestors.join(' → '), usual: false }] // prettier-ignore
  return { title: 'Network', word, leaves: [...origin, ...leaves] }
}

function variantSteps({ train, simplify, fineTune }: VariantOptions): Step[] {
  const training = (title: string, options: TrainOptions): Step =>
    stepOf(title, optionTitle(options.method.kind), trees.train, options, 'method.kind')
  return [
    ...(train === undefined ? [] : [training('Training', train)]),
    ...(simplify.method === 'none'
      ? []
      : [stepOf('Simplification', simplifyTitles[simplify.method], trees.simplify, simplify, 'method')]),
    ...(fineTune === undefined ? [] : [training('Fine-tuning', fineTune)]),
  ]
}

/** A step that is taken again says so in its title. */
function numbered(steps: readonly Step[]): Step[] {
  return steps.map((step, at) => {
    const turn = steps.slice(0, at + 1).filter(({ title }) => title === step.title).length
    return turn === 1 ? step : { ...step, title: `${step.title} ${turn}` }
  })
}

function machineLeaves(environment: JobRow['environment']): Leaf[] {
  return Object.entries(environment)
    .filter(([name]) => name !== providerReason)
    .map(([name, text]) => ({ path: name, title: name, text, usual: false }))
}
