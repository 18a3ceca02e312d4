// Writes docs/recipes.md, every key of a recipe with its meaning, from the schema itself. Run: npm run docs
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import type { z } from 'zod'
import { recipeSchema, trainMethodSchema, trainSchema, variantSchema, verifySchema } from '../core/contract/recipe.ts'
import { attackSchema, dataSchema, simplifySchema } from '../core/contract/recipe.ts'
import { schemaTree, type NumberRange, type SchemaField, type SchemaNode } from '../core/contract/schema-tree.ts'

export const recipeDocsFile = join(import.meta.dirname, '../docs/recipes.md')

/** Sections of the page, and which keys of others lead to them instead of being told again. */
const sections: readonly { title: string; schema: z.ZodType; keys: readonly string[] }[] = [
  { title: 'The recipe', schema: recipeSchema, keys: [] },
  { title: 'Data', schema: dataSchema, keys: ['data'] },
  { title: 'Variants', schema: variantSchema, keys: ['variants'] },
  { title: 'Training', schema: trainSchema, keys: ['train', 'fineTune'] },
  { title: 'Training methods', schema: trainMethodSchema, keys: ['method', 'loss'] },
  { title: 'Simplification', schema: simplifySchema, keys: ['simplify'] },
  { title: 'Verification', schema: verifySchema, keys: ['verify'] },
  { title: 'Attacks for the robust accuracy', schema: attackSchema, keys: ['evaluateAttack'] },
]

/** The whole page, formatted as the repository formats. */
export async function recipeDocs(): Promise<string> {
  const example = readFileSync(join(import.meta.dirname, 'recipe-docs-head.md'), 'utf8')
  const body = sections.map(({ title, schema, keys }) => {
    const node = schemaTree(schema)
    const lead = keys.length === 0 ? '' : `Under ${keys.map((key) => `\`${key}\``).join(', ')}.\n\n`
    return `## ${title}\n\n${lead}${describe(node, 0, title)}`
  })
  const options = await resolveConfig(recipeDocsFile)
  return format(`${example}\n${body.join('\n')}`, { ...options, parser: 'markdown' })
}

function describe(node: SchemaNode, depth: number, within: string): string {
  if (node.kind === 'object') return listOf(node.fields, depth, within)
  if (node.kind !== 'choice') return ''
  const options = node.options.map(({ value, fields }) => {
    const rest = fields.filter(({ key }) => key !== node.discriminator)
    return `${indent(depth)}- \`${node.discriminator}: ${value}\`\n${listOf(rest, depth + 1, within)}`
  })
  return options.join('')
}

function listOf(fields: readonly SchemaField[], depth: number, within: string): string {
  return fields.map((field) => entryOf(field, depth, within)).join('')
}

function entryOf(field: SchemaField, depth: number, within: string): string {
  const { key, node, required, nullable, description, defaultValue } = field
  const target = sections.find(({ title, keys }) => title !== within && keys.includes(key) && isStructured(node))
  const facts = [
    typeText(node),
    ...(nullable ? ['or none (`null`)'] : []),
    ...(required ? ['**required**'] : []),
    ...(isPlain(defaultValue) ? [`default \`${JSON.stringify(defaultValue)}\``] : []),
  ]
  const link = target === undefined ? '' : ` See [${target.title}](#${anchorOf(target.title)}).`
  const text = description === '' ? '' : `: ${description}`
  const inner = node.kind === 'array' ? node.item : node
  const below = target === undefined ? describe(inner, depth + 1, within) : ''
  const said = facts.filter((fact) => fact !== '')
  const aside = said.length === 0 ? '' : ` (${said.join(', ')})`
  return `${indent(depth)}- \`${key}\`${aside}${text}.${link}\n${below}`
}

function isStructured(node: SchemaNode): boolean {
  const inner = node.kind === 'array' ? node.item : node
  return inner.kind === 'object' || inner.kind === 'choice'
}

/** Defaults that a line can hold: of what is structured, each key tells its own. */
function isPlain(value: unknown): boolean {
  return value !== undefined && (value === null || typeof value !== 'object' || (Array.isArray(value) && value.length === 0)) // prettier-ignore
}

function typeText(node: SchemaNode): string {
  if (node.kind === 'enum') return node.values.map((value) => `\`${value}\``).join(' | ')
  if (node.kind === 'number' || node.kind === 'integer') return `${node.kind}${rangeText(node.range)}`
  if (node.kind === 'array') return `list${isStructured(node) ? '' : ` of ${typeText(node.item)}`}`
  if (node.kind === 'boolean') return 'true or false'
  if (node.kind === 'string') return 'text'
  return node.kind === 'map' ? 'names with numbers' : ''
}

function rangeText({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: NumberRange): string {
  const parts = [
    ...(minimum === undefined ? [] : [`≥ ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`> ${exclusiveMinimum}`]),
    ...(maximum === undefined ? [] : [`≤ ${maximum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`< ${exclusiveMaximum}`]),
  ]
  return parts.length === 0 ? '' : ` ${parts.join(' and ')}`
}

const anchorOf = (title: string): string => title.toLowerCase().replaceAll(' ', '-')
const indent = (depth: number): string => '  '.repeat(depth)

if (process.argv[1] === import.meta.filename) writeFileSync(recipeDocsFile, await recipeDocs())
