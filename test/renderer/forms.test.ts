// Forms come from the contract's schemas alone, and a draft becomes a recipe that the contract accepts.
import { describe, expect, it } from 'vitest'
import {
  dataSchema,
  gapSchema,
  graftSchema,
  recipeSchema,
  simplifySchema,
  trainSchema,
  verifySchema,
} from '../../core/contract/recipe.ts'
import {
  checkDraft,
  draftRecipe,
  initialDraft,
  reviveDraft,
  stepIssues,
  stepsOf,
  type Draft,
} from '../../renderer/logic/draft.ts'
import { issueAt, issuesUnder } from '../../renderer/logic/issues.ts'
import { parseNumber } from '../../renderer/logic/format.ts'
import { casesOf, defaultsOf, fieldsOf, labelAt, labelOf, standsBeside } from '../../renderer/logic/schema-fields.ts'

const field = (schema: Parameters<typeof fieldsOf>[0], key: string) => fieldsOf(schema).find((one) => one.key === key)

describe('fields of a schema', () => {
  it('have the label, help, default and limits of the schema', () => {
    expect(field(trainSchema, 'epochs')).toEqual({
      key: 'epochs',
      label: 'Epochs',
      help: 'Passes over the training images, at most',
      initial: 100,
      nullable: false,
      kind: 'number',
      integer: true,
      range: { minimum: 0, maximum: 10_000 },
    })
    expect(field(trainSchema, 'gammaL1')).toMatchObject({ label: 'Sparsity λ', initial: 0, integer: false })
    expect(field(trainSchema, 'earlyStop')).toMatchObject({ kind: 'number', nullable: true, initial: 10 })
    expect(field(trainSchema, 'nesterov')).toMatchObject({ kind: 'boolean', initial: true })
    expect(field(verifySchema, 'epsilon')?.help).toContain('8/255 = 0.031')
  })

  it('of a case stand beside the choice where they are few and plain', () => {
    const beside = (schema: Parameters<typeof fieldsOf>[0], key: string) => {
      const found = field(schema, key)
      return found?.kind === 'union' ? found.cases.filter(({ fields }) => standsBeside(fields)).map(({ value }) => value) : [] // prettier-ignore
    }
    expect(beside(verifySchema, 'images')).toContain('first')
    expect(beside(trainSchema, 'schedule')).toEqual(['constant', 'plateau', 'step', 'cosine'])
    expect(beside(trainSchema, 'method')).toEqual(['standard', 'fat', 'pgd', 'trades'])
  })

  it('offer the choices of an enumeration and the cases of a union', () => {
    expect(field(verifySchema, 'method')).toMatchObject({ kind: 'choice', initial: 'auto' })
    const check = field(verifySchema, 'crossCheck')
    expect(check).toMatchObject({ kind: 'choices', label: 'Cross-check by', initial: [] })
    expect(check?.kind === 'choices' && check.options).toContain('lp-split')
    const schedule = field(trainSchema, 'schedule')
    expect(schedule?.kind === 'union' && schedule.tag).toBe('kind')
    expect(schedule?.kind === 'union' && schedule.cases.map(({ value }) => value)).toEqual([
      'constant',
      'plateau',
      'step',
      'cosine',
    ])
    const methods = casesOf(simplifySchema).map(({ value, fields }) => [value, fields.map(({ key }) => key)])
    expect(methods.slice(0, -1)).toEqual([
      ['none', []],
      ['neuron', ['ratio']],
      ['weight', ['ratio', 'gradual']],
      ['sap', ['ratio', 'at', 'images', 'gradual']],
      ['gap', ['ratio', 'at', 'inputs', 'epsilon', 'images', 'gradual']],
      ['hydra', ['ratio', 'loss', 'epsilon', 'epochs', 'batchSize', 'learningRate']],
      ['random', ['ratio', 'gradual']],
    ])
    expect(methods.at(-1)).toEqual(['graft', Object.keys(graftSchema.shape).slice(1)])
    expect(
      casesOf(dataSchema).map(({ value, fields }) => [value, fields.map(({ key, kind }) => `${key}: ${kind}`)]),
    ).toEqual([
      ['sample', ['train: number', 'test: number', 'seed: number']],
      ['auto', ['directory: path']],
      ['idx', ['directory: path']],
      ['cifar', ['directory: path', 'coarse: boolean']],
      ['npy', ['directory: path', 'layout: choice', 'maximum: number', 'holdOut: number']],
      ['images', ['directory: path', 'colour: choice', 'holdOut: number']],
      ['csv', ['directory: path', 'label: text', 'shape: integers', 'maximum: number', 'holdOut: number']],
      ['svhn', ['directory: path']],
    ])
  })

  it('start from the defaults of the schema', () => {
    const gap = casesOf(simplifySchema).find(({ value }) => value === 'gap')
    const chosen = { method: 'gap', ratio: 0.5 } as const
    expect({ ...chosen, ...defaultsOf(gap?.fields ?? []) }).toEqual(gapSchema.parse(chosen))
  })

  it('cover every key of training and verification', () => {
    for (const schema of [trainSchema, verifySchema])
      expect(fieldsOf(schema).map(({ key }) => key)).toEqual(Object.keys(schema.shape))
  })

  it('name keys without a title', () =>
    expect(['weightDecay', 'batchSize', 'clip'].map(labelOf)).toEqual(['Weight decay', 'Batch size', 'Clip']))

  it('name the field at a path', () => {
    const paths = [
      'variants.0.train.learningRate',
      'variants.1.simplify.ratio',
      'verify.epsilon',
      'verify.images.count',
    ]
    expect(paths.map((path) => labelAt(recipeSchema, path))).toEqual([
      'Learning rate',
      'Share of neurons removed',
      'Radius ε',
      'Number of images',
    ])
    expect(labelAt(recipeSchema, 'verify.nothing')).toBe('verify.nothing')
  })

  it('read numbers as people type them', () => {
    expect(['', ' ', '0.02', '0.0', '1e-4', '8/255', '8/', '1/0', 'abc', '-3'].map(parseNumber)).toEqual([
      null,
      null,
      0.02,
      0,
      1e-4,
      8 / 255,
      '8/',
      '1/0',
      'abc',
      -3,
    ])
  })
})

describe('the draft of the wizard', () => {
  const change = (part: Partial<Draft>): Draft => ({ ...initialDraft(), ...part })

  it('is a valid recipe from the start: a baseline and a simplified twin', () => {
    const { recipe, issues } = checkDraft(initialDraft())
    expect(issues).toEqual([])
    expect(recipe?.variants.map(({ name, from }) => [name, from])).toEqual([
      ['baseline', undefined],
      ['neuron-pruned', 'baseline'],
    ])
    expect(recipe?.variants[0].train).toEqual(trainSchema.parse({ epochs: 20 }))
    expect(recipe?.variants[0].batchNorm).toBe(true)
    expect(recipe?.verify).toEqual(verifySchema.parse({ epsilon: 0.06, timeoutSeconds: 20 }))
    expect(recipeSchema.parse(draftRecipe(initialDraft()))).toEqual(recipe)
  })

  it.each(['weight', 'sap', 'gap', 'hydra', 'random', 'graft'])(
    'is a recipe with %s, its defaults filled in',
    (method) => {
      const fields = casesOf(simplifySchema).find(({ value }) => value === method)?.fields ?? []
      const { recipe, issues } = checkDraft(change({ simplify: { ...defaultsOf(fields), method, ratio: 0.5 } }))
      expect(issues).toEqual([])
      expect(recipe?.variants[1].simplify).toEqual(simplifySchema.parse({ method, ratio: 0.5 }))
      expect(recipe?.variants[1].title).not.toBe('')
    },
  )

  it('has one variant when nothing is simplified, and no batch norm that was not asked for', () => {
    const { recipe } = checkDraft(change({ simplify: { method: 'none' } }))
    expect(recipe?.variants.map(({ name, batchNorm }) => [name, batchNorm])).toEqual([['baseline', undefined]])
  })

  it('asks both variants about the same images', () => {
    const verify = { ...initialDraft().verify, images: { select: 'unanimous', found: 3, missed: 4 } }
    expect(checkDraft(change({ verify })).recipe?.verify?.images).toEqual({
      select: 'unanimous',
      found: 3,
      missed: 4,
      groups: [['baseline', 'neuron-pruned']],
    })
  })

  it('says what is wrong, where, in words with the allowed values', () => {
    const checked = checkDraft(
      change({
        name: 'my network',
        train: { ...initialDraft().train, epochs: -1, batchSize: null, learningRate: 0, momentum: 1 },
        verify: { ...initialDraft().verify, epsilon: 2, method: 'magic' },
        data: { source: 'idx', directory: '' },
      }),
    )
    expect(checked.recipe).toBeNull()
    const at = (path: string) => issueAt(checked.issues, path)
    expect(at('variants.0.train.epochs')).toBe('Must be at least 0.')
    expect(at('variants.0.train.batchSize')).toBe('A value is needed here.')
    expect(at('variants.0.train.learningRate')).toBe('Must be more than 0.')
    expect(at('variants.0.train.momentum')).toBe('Must be less than 1.')
    expect(at('verify.epsilon')).toBe('Must be at most 1.')
    expect(at('verify.method')).toContain('milp')
    expect(at('data.directory')).toBe('A value is needed here.')
    expect(at('name')).toContain('letters, digits')
    expect(stepIssues(checked, 'train')).toHaveLength(4)
    expect(stepIssues(checked, 'simplify')).toEqual([])
    expect(issuesUnder(checked.issues, ['verify', 'data'])).toHaveLength(3)
  })

  it('takes a network of the history as it is, or trains it further', () => {
    const stored = { origin: 'stored', model: 'net-1' } as const
    const variant = (part: Partial<Draft>) => checkDraft(change({ ...stored, ...part })).recipe?.variants[0]
    expect(variant({})).toMatchObject({ name: 'baseline', from: 'model:net-1' })
    expect(variant({})?.train).toBeUndefined()
    expect(variant({})?.architecture).toBeUndefined()
    expect(variant({})?.batchNorm).toBeUndefined()
    expect(variant({ further: true })?.train?.epochs).toBe(20)
    const none = checkDraft(change({ ...stored, model: null }))
    expect(none.recipe).toBeNull()
    expect(stepIssues(none, 'model')).toEqual([{ path: 'variants.0.from', message: 'Choose a network.' }])
  })

  it('calls a network of the history by its own name, and what is made of it too', () => {
    const titles = (part: Partial<Draft>) =>
      checkDraft(change({ origin: 'stored', model: 'net-1', ...part })).recipe?.variants.map(({ title }) => title)
    expect(titles({ modelName: 'mnist-256x2' })).toEqual(['mnist-256x2', 'Neuron-pruned mnist-256x2'])
    expect(titles({ modelName: 'mnist-256x2', further: true })?.[0]).toBe('mnist-256x2, trained further')
    expect(titles({ modelName: 'mnist-256x2', goal: 'check' })).toEqual(['mnist-256x2'])
    expect(titles({ modelName: 'm'.repeat(200) })?.map((title) => title?.length)).toEqual([90, 104])
    // Not looked at yet; and a name that was chosen before a fresh network.
    expect(titles({})).toEqual(['Baseline', 'Neuron-pruned'])
    expect(titles({ origin: 'preset', modelName: 'mnist-256x2' })).toEqual(['Baseline', 'Neuron-pruned'])
  })

  it('asks a network that is only checked and nothing else, and keeps what was chosen for another goal', () => {
    const draft = change({ goal: 'check', model: 'net-1', further: true })
    expect(checkDraft(draft).recipe?.variants).toEqual([
      expect.objectContaining({ name: 'network', from: 'model:net-1', simplify: { method: 'none' } }),
    ])
    expect(checkDraft(draft).recipe?.variants[0].train).toBeUndefined()
    expect(stepsOf('check')).toEqual(['goal', 'data', 'model', 'verify', 'review'])
    expect(stepsOf('simplify')).toContain('train')
    const back = checkDraft({ ...draft, goal: 'simplify' }).recipe
    expect(back?.variants.map(({ architecture }) => architecture)).toEqual(['net1', undefined])
  })

  it('survives storage, and damaged storage does not hurt', () => {
    const draft = change({ name: 'kept', train: { ...initialDraft().train, epochs: 7 } })
    expect(reviveDraft(JSON.stringify(draft))).toEqual(draft)
    for (const damaged of [null, '', '{', 'null', '{"name":"old"}', '[]']) expect(reviveDraft(damaged)).toBeNull()
  })
})
