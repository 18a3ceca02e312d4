// Recipes survive being written and read again; the plan counts what they would cost.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { recipeSchema, verifySchema } from '../../core/contract/recipe.ts'
import { historyOrigins } from '../../core/jobs/recipe/origins.ts'
import { imagesOf, planRecipe, verifiersOf } from '../../core/jobs/recipe/plan.ts'
import { closest, editDistance } from '../../core/jobs/recipe/suggest.ts'
import { formatRecipe, parseRecipe, readRecipe } from '../../core/jobs/recipe/text.ts'

const folder = new URL('../../resources/recipes/', import.meta.url)

describe('the recipes that come along', () => {
  it('start from networks that another of them makes', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
    const recipes = files.map((name) => parseRecipe(readFileSync(new URL(name, folder), 'utf8')))
    const made = new Set(recipes.flatMap(({ name, variants }) => variants.map((variant) => `${name}/${variant.name}`)))
    const wanted = recipes.flatMap(historyOrigins).map((origin) => 'recipe' in origin && `${origin.recipe}/${origin.variant}`) // prettier-ignore
    expect(wanted.length).toBeGreaterThan(20)
    expect(wanted.filter((name) => name === false || !made.has(name))).toEqual([])
  })

  it.each(readdirSync(folder).filter((name) => name.endsWith('.yaml')))(
    '%s is valid and survives a round trip',
    (name) => {
      const recipe = parseRecipe(readFileSync(new URL(name, folder), 'utf8'))
      expect(recipe.title).not.toBe('')
      expect(parseRecipe(formatRecipe(recipe))).toEqual(recipe)
    },
  )
})

describe('formatRecipe', () => {
  it('leaves defaults out and keeps everything else', () => {
    const recipe = recipeSchema.parse({
      name: 'it',
      variants: [
        { name: 'a', architecture: 'net1', train: { epochs: 7, schedule: { kind: 'step', milestones: [3] } } },
      ],
      verify: { epsilon: 0.05 },
    })
    const text = formatRecipe(recipe)
    expect(parseRecipe(text)).toEqual(recipe)
    expect(text).not.toMatch(/momentum|batchSize|provider|clip/)
    expect(text).toContain('epsilon: 0.05')
  })

  it('tells `verify: null` from its default', () => {
    const recipe = recipeSchema.parse({ name: 'it', variants: [{ name: 'a', architecture: 'net1' }], verify: null })
    expect(parseRecipe(formatRecipe(recipe)).verify).toBeNull()
  })
})

describe('planRecipe', () => {
  const recipe = parseRecipe(`
name: it
variants:
  - { name: a, architecture: net1, train: { epochs: 5 } }
  - { name: b, from: a, simplify: { method: weight, ratio: 0.9 }, fineTune: { epochs: 2 } }
  - { name: c, from: 'model:net-12345678' }
verify:
  timeoutSeconds: 30
  crossCheck: milp
  images: { select: unanimous, found: 3, missed: 4, groups: [[a, b], [a]] }
`)

  it('lists the stages in their order', () => {
    const stages = planRecipe(recipe).stages.map(({ variant, stage }) => `${variant} ${stage}`)
    expect(stages).toEqual([
      ...['a load', 'a train', 'a evaluate', 'a verify'],
      ...['b load', 'b simplify', 'b fine-tune', 'b evaluate', 'b verify'],
      ...['c load', 'c evaluate'],
    ])
  })

  it('takes one verifier, several or none as a check, also as older recipes wrote it', () => {
    const checks = (crossCheck: unknown) =>
      readRecipe({ name: 'it', variants: [{ name: 'a', architecture: 'net1' }], verify: { crossCheck } }).verify
    expect(['milp', null, undefined, ['milp', 'bab']].map((value) => checks(value)?.crossCheck)).toEqual([
      ['milp'],
      [],
      [],
      ['milp', 'bab'],
    ])
    expect(formatRecipe(parseRecipe('name: it\nvariants: [{ name: a, architecture: net1 }]\n'))).not.toContain(
      'crossCheck',
    )
    expect(verifiersOf(verifySchema.parse({ method: 'milp', crossCheck: ['bab', 'milp'] }))).toEqual(['milp', 'bab'])
    expect(() => checks(['magic'])).toThrow(/verify\.crossCheck\[0\]/)
  })

  it('counts images for each group and verifier', () => {
    expect([imagesOf(recipe, 'a'), imagesOf(recipe, 'b'), imagesOf(recipe, 'c')]).toEqual([14, 7, 0])
    const plan = planRecipe(recipe)
    expect(plan.images).toBe(42)
    expect(plan.worstCaseSeconds).toBe(42 * 30)
  })
})

describe('suggestions', () => {
  it('count a swap of neighbours as one', () => {
    expect(editDistance('crwon', 'crown')).toBe(1)
    expect(editDistance('kitten', 'sitting')).toBe(3)
  })

  it('stay silent where nothing is close', () => {
    expect(closest('zebra', ['epochs', 'momentum'])).toBeNull()
  })
})
