// Nothing a form offers is a bare word of the schema: every key is explained, every option has a title, every method its source.
import { expect, it } from 'vitest'
import { recipeSchema } from '../../core/contract/recipe.ts'
import { schemaTree, type SchemaNode } from '../../core/contract/schema-tree.ts'
import {
  architectureTitle,
  architectureTitles,
  layerKindTitle,
  layerKindTitles,
  operationTitle,
  recordedAs,
  simplifyTitles,
  ungraftedKind,
} from '../../core/contract/titles.ts'
import { layerRules } from '../../core/nn/layer.ts'
import { simplifyMethods, trainMethods, verifyMethods } from '../../renderer/logic/methods.ts'
import { optionTitles, verifierWords } from '../../renderer/logic/words.ts'

interface Found {
  readonly options: Map<string, string>
  readonly unexplained: string[]
}

function collect(node: SchemaNode, at: string, found: Found): void {
  if (node.kind === 'enum') for (const value of node.values) found.options.set(value, at)
  if (node.kind === 'array') collect(node.item, at, found)
  const alternatives = node.kind === 'choice' ? node.options : node.kind === 'object' ? [{ value: '', fields: node.fields }] : [] // prettier-ignore
  for (const { value, fields } of alternatives) {
    if (value !== '') found.options.set(value, at)
    for (const { key, description, node: inner } of fields) {
      const isWord = node.kind === 'choice' && key === node.discriminator
      if (description === '' && !isWord) found.unexplained.push(`${at}.${key}`)
      collect(inner, `${at}.${key}`, found)
    }
  }
}

const found: Found = { options: new Map(), unexplained: [] }
collect(schemaTree(recipeSchema), '', found)

it('every key of a recipe says what it is', () => {
  expect(found.options.size).toBeGreaterThan(60)
  expect(found.unexplained).toEqual([])
})

it('every option has a title', () => {
  // What data is, the wizard says in cards of its own.
  const cards = ['sample', 'idx', 'cifar', 'npy', 'images', 'csv']
  const titles = { ...optionTitles, ...simplifyTitles, ...verifierWords, ...architectureTitles }
  const bare = [...found.options].filter(([value]) => !(value in titles) && !cards.includes(value))
  expect(bare).toEqual([])
})

it('every method has a short explanation with its source', () => {
  const methods = [verifyMethods, simplifyMethods, trainMethods].flatMap((group) => Object.entries(group))
  for (const [name, method] of methods) {
    if (name === 'none') continue
    expect(method?.explanation.length, name).toBeGreaterThanOrEqual(50)
    expect(method?.source, name).toMatch(/\d{4}, /)
  }
})

it('every kind of layer has a title, and one that is unknown keeps its word', () => {
  expect(Object.keys(layerKindTitles).sort()).toEqual(Object.keys(layerRules).sort())
  expect(layerKindTitle('batchNorm')).toBe('Batch norm')
  expect(layerKindTitle('maxPool')).toBe('maxPool')
  expect(layerKindTitle(ungraftedKind('graftedRelu'))).toBe('ReLU')
  expect(ungraftedKind('conv2d')).toBe('conv2d')
})

it('what made a network is read as people say it, and found by that', () => {
  expect(['neuron-prune', 'graft', 'fine-tune', 'step 3'].map(operationTitle)).toEqual([
    'Neuron pruning',
    'Linearity grafting',
    'Fine-tuning',
    'step 3',
  ])
  expect(architectureTitle('imported')).toBe('Imported ONNX')
  expect(recordedAs('GRAFTING').operations).toContain('graft')
  expect(recordedAs('neuron pruning').operations).toEqual(['neuron-prune'])
  expect(recordedAs('onnx')).toEqual({ architectures: ['imported'], operations: [] })
})
