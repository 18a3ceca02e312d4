// How compared runs were made: a group for each step of the whole lineage, in the words of the forms, differences alone if wanted.
import { describe, expect, it } from 'vitest'
import { recipeSchema, type RecipeInput } from '../../core/contract/recipe.ts'
import { verifySchema } from '../../core/contract/recipe/verify.ts'
import { schemaTree } from '../../core/contract/schema-tree.ts'
import { leavesOf } from '../../renderer/logic/schema-leaves.ts'
import { madeFrom, settingGroups, type MadeRun } from '../../renderer/logic/settings.ts'
import { differing, type SideGroup } from '../../renderer/logic/side-rows.ts'

const recipe = recipeSchema.parse({
  name: 'demo',
  variants: [
    { name: 'net1', title: 'NET1', architecture: 'net1', train: { epochs: 8, schedule: { kind: 'cosine' } } },
    { name: 'pruned', title: 'Pruned', from: 'net1', simplify: { method: 'neuron', ratio: 0.5 }, fineTune: { epochs: 6 } },
    { name: 'again', from: 'pruned', simplify: { method: 'weight', ratio: 0.25 } },
  ],
} satisfies RecipeInput) // prettier-ignore

const side = (variant: string, changes: Partial<MadeRun> = {}): MadeRun => ({
  run: { seed: 1 },
  job: { recipe, environment: { cpu: 'x', 'provider chosen because': variant } },
  made: madeFrom(recipe, variant),
  ...changes,
})
const words = (groups: readonly SideGroup[]) => groups.map(({ title, words }) => [title, ...words])
const rowsOf = (groups: readonly SideGroup[], title: string) =>
  groups.find((group) => group.title === title)?.rows.map(({ title, cells }) => [title, ...cells])

describe('the settings of runs', () => {
  it('hold what a variant was made from: its training is that of its ancestor', () => {
    const groups = settingGroups([side('net1'), side('pruned')])
    expect(words(groups)).toEqual([
      ['Network', 'NET1', 'NET1'],
      ['Training', 'Standard', 'Standard'],
      ['Simplification', null, 'Neuron pruning'],
      ['Fine-tuning', null, 'Standard'],
      ['Data', 'Sample set (drawn here)', 'Sample set (drawn here)'],
      ['Verification', 'Automatic', 'Automatic'],
      ['Whole job', '', ''],
      ['Machine', '', ''],
    ])
    expect(rowsOf(groups, 'Training')).toContainEqual(['Schedule', 'Cosine', 'Cosine'])
    expect(rowsOf(groups, 'Network')).toEqual([['Made from', '–', 'NET1']])
    expect(rowsOf(groups, 'Machine')).toEqual([['cpu', 'x', 'x']])
  })

  it('say once where a step was not taken, and of the others what is not as usual', () => {
    const groups = differing(settingGroups([side('net1'), side('pruned')]))
    expect(words(groups)).toEqual([
      ['Network', 'NET1', 'NET1'],
      ['Simplification', null, 'Neuron pruning'],
      ['Fine-tuning', null, 'Standard'],
    ])
    expect(rowsOf(groups, 'Fine-tuning')).toEqual([['Epochs', null, '6']])
    expect(rowsOf(groups, 'Simplification')).toEqual([['Share of neurons removed', null, '0.5']])
    expect(differing(settingGroups([side('pruned'), side('pruned')]))).toEqual([])
  })

  it('keep steps apart that are taken twice', () => {
    const groups = differing(settingGroups([side('pruned'), side('again')]))
    expect(words(groups)).toEqual([
      ['Network', 'NET1', 'NET1'],
      ['Simplification 2', null, 'Weight pruning'],
    ])
    expect(rowsOf(groups, 'Network')).toEqual([['Made from', 'NET1', 'NET1 → Pruned']])
  })

  it('name a value that differs, and one that only one of two methods has', () => {
    const weights = recipeSchema.parse({
      name: 'other',
      seed: 1,
      variants: [{ name: 'v', architecture: 'net1', train: { epochs: 8, schedule: { kind: 'step', milestones: [4, 6] } } }],
    } satisfies RecipeInput) // prettier-ignore
    const other = side('v', { job: { recipe: weights, environment: { cpu: 'y' } }, made: madeFrom(weights, 'v') })
    const groups = differing(settingGroups([side('net1'), other]))
    expect(rowsOf(groups, 'Training')).toEqual([
      ['Schedule', 'Cosine', 'Step'],
      ['Schedule, milestones', '–', '4, 6'],
      ['Schedule, factor', '–', '0.1'],
    ])
    expect(rowsOf(groups, 'Machine')).toEqual([['cpu', 'x', 'y']])
  })

  it('of a network that was imported begin with the history', () => {
    const imported = recipeSchema.parse({ name: 'i', variants: [{ name: 'v', from: 'model:abc' }], verify: null })
    const made = madeFrom(imported, 'v')
    const groups = settingGroups([side('v', { job: { recipe: imported, environment: {} }, made })])
    expect(words(groups).slice(0, 2)).toEqual([
      ['Network', 'of the history'],
      ['Data', 'Sample set (drawn here)'],
    ])
    expect(groups.map(({ title }) => title)).not.toContain('Verification')
  })
})

describe('the leaves of a value', () => {
  it('go by the names of the form, with what is not at its default', () => {
    const leaves = leavesOf(schemaTree(verifySchema), verifySchema.parse({ epsilon: 0.06, images: { select: 'indices', indices: [3, 5] } })) // prettier-ignore
    const found = new Map(leaves.map(({ title, text }) => [title, text]))
    expect(found.get('Radius ε')).toBe('0.06')
    expect(found.get('Images')).toBe('Chosen by number')
    expect(found.get('Clip to valid pixels')).toBe('yes')
    expect(leaves.filter(({ usual }) => !usual).map(({ path }) => path)).toEqual([
      'epsilon',
      'images.select',
      'images.indices',
    ])
  })
})
