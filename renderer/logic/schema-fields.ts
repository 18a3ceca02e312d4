// Form fields from a zod schema of the contract: label, help, default and limits come from the schema alone.
import type { z } from 'zod'
import {
  schemaTree,
  type NumberRange,
  type PathKind,
  type SchemaField,
  type SchemaNode,
} from '../../core/contract/schema-tree.ts'

interface Common {
  readonly key: string
  readonly label: string
  readonly help: string
  readonly initial: unknown
  readonly nullable: boolean
}
export type Field = Common &
  (
    | { readonly kind: 'number'; readonly integer: boolean; readonly range: NumberRange }
    | { readonly kind: 'boolean' | 'text' | 'integers' }
    | { readonly kind: 'path'; readonly names: PathKind }
    | { readonly kind: 'choice' | 'choices'; readonly options: readonly string[] }
    | { readonly kind: 'union'; readonly tag: string; readonly cases: readonly UnionCase[] }
    | { readonly kind: 'group'; readonly fields: readonly Field[] }
  )
/** One alternative of a discriminated union: the tag's value and the fields beside the tag. */
export interface UnionCase {
  readonly value: string
  readonly fields: readonly Field[]
}

/** `weightDecay` → `Weight decay`. */
export function labelOf(key: string): string {
  const words = key.replace(/([a-z])([A-Z0-9])/g, '$1 $2').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** What a form calls the field at a path of the recipe: `verify.epsilon` → `Radius ε`. */
export function labelAt(schema: z.ZodType, path: string): string {
  const keys = path.split('.').filter((key) => !/^\d+$/.test(key))
  let node: SchemaNode = schemaTree(schema)
  let label = path
  for (const key of keys) {
    while (node.kind === 'array') node = node.item
    const fields: readonly SchemaField[] =
      node.kind === 'object' ? node.fields : node.kind === 'choice' ? node.options.flatMap((one) => one.fields) : []
    const field = fields.find((one) => one.key === key)
    if (field === undefined) return path
    label = field.title === '' ? labelOf(key) : field.title
    node = field.node
  }
  return label
}

/** Whether the fields of a union's case can stand in a row with the choice itself: few, and each a single control. */
export function standsBeside(fields: readonly Field[]): boolean {
  return fields.length <= 3 && fields.every(({ kind }) => kind !== 'union' && kind !== 'group')
}

/** The union's tag and cases, for forms whose root is a union (data, simplify). */
export function casesOf(schema: z.ZodType): readonly UnionCase[] {
  return unionCases(schemaTree(schema))
}

/** The fields of an object schema, in its order; what no form can hold (maps, lists of lists) is left out. */
export function fieldsOf(schema: z.ZodObject): readonly Field[] {
  const tree = schemaTree(schema)
  return tree.kind === 'object' ? tree.fields.flatMap(formField) : []
}

/** The value a form starts from: the default of every field that has one. */
export function defaultsOf(fields: readonly Field[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    fields.filter(({ initial }) => initial !== undefined).map(({ key, initial }) => [key, initial]),
  )
}

function unionCases(node: SchemaNode): readonly UnionCase[] {
  if (node.kind !== 'choice') return []
  return node.options.map(({ value, fields }) => ({
    value,
    fields: fields.filter(({ key }) => key !== node.discriminator).flatMap(formField),
  }))
}

function formField({ key, node, nullable, title, description, defaultValue, names }: SchemaField): readonly Field[] {
  const label = title === '' ? labelOf(key) : title
  const common: Common = { key, label, help: description, initial: defaultValue, nullable }
  switch (node.kind) {
    case 'number':
    case 'integer':
      return [{ ...common, kind: 'number', integer: node.kind === 'integer', range: node.range }]
    case 'boolean':
      return [{ ...common, kind: 'boolean' }]
    case 'string':
      return [names === undefined ? { ...common, kind: 'text' } : { ...common, kind: 'path', names }]
    case 'enum':
      return [{ ...common, kind: 'choice', options: node.values }]
    case 'choice':
      return [{ ...common, kind: 'union', tag: node.discriminator, cases: unionCases(node) }]
    case 'array':
      if (node.item.kind === 'enum') return [{ ...common, kind: 'choices', options: node.item.values }]
      return node.item.kind === 'integer' ? [{ ...common, kind: 'integers' }] : []
    case 'object':
      return [{ ...common, kind: 'group', fields: node.fields.flatMap(formField) }]
    case 'map':
      return []
    default:
      return node satisfies never
  }
}
