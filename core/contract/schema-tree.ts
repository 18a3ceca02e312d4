// A schema as a plain tree of fields, so that error messages, command-line flags and forms are derived from it, never typed twice.
import { z } from 'zod'

/** Bounds of a number; `exclusive…`: the bound itself is not allowed. */
export interface NumberRange {
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  readonly exclusiveMaximum?: number
}

/** One key of an object. `defaultValue` is undefined where there is none. */
export interface SchemaField {
  readonly key: string
  readonly node: SchemaNode
  readonly required: boolean
  readonly nullable: boolean
  /** What forms call it; empty where the key says enough. */
  readonly title: string
  readonly description: string
  readonly defaultValue: unknown
  /** What a text names on this computer; absent where it names nothing there. */
  readonly names?: PathKind
}

export type PathKind = 'folder' | 'folder-or-file'

/** A closed union on `kind`; `choice` is an object whose form is chosen by the word under `discriminator`. */
export type SchemaNode =
  | { readonly kind: 'object'; readonly fields: readonly SchemaField[] }
  | { readonly kind: 'choice'; readonly discriminator: string; readonly options: readonly ChoiceOption[] }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'number' | 'integer'; readonly range: NumberRange }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'string' }
  | { readonly kind: 'array'; readonly item: SchemaNode }
  | { readonly kind: 'map' }

export interface ChoiceOption {
  readonly value: string
  readonly fields: readonly SchemaField[]
}

type Json = z.core.JSONSchema.BaseSchema

/** The tree of a schema as it is written by people (defaults not yet filled in). */
export function schemaTree(schema: z.ZodType): SchemaNode {
  return nodeOf(z.toJSONSchema(schema, { io: 'input' }))
}

/** The node at `path` of a value; null where the schema knows no such place. `value` decides between choices. */
export function nodeAt(root: SchemaNode, path: readonly PropertyKey[], value: unknown): SchemaNode | null {
  let node: SchemaNode | null = root
  let here = value
  for (const key of path) {
    if (node === null) return null
    if (node.kind === 'array') node = node.item
    else node = fieldsOf(node, here).find((field) => field.key === key)?.node ?? null
    here = typeof here === 'object' && here !== null ? (here as Record<PropertyKey, unknown>)[key] : undefined
  }
  return node
}

/** The fields an object may have here; of a choice, those of the option that `value` picks. */
export function fieldsOf(node: SchemaNode, value: unknown): readonly SchemaField[] {
  if (node.kind === 'object') return node.fields
  if (node.kind !== 'choice') return []
  const word =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[node.discriminator] : null
  return node.options.find((option) => option.value === word)?.fields ?? []
}

function nodeOf(json: Json): SchemaNode {
  const alternatives = (json.anyOf ?? json.oneOf ?? []).filter(isSchema).filter((member) => member.type !== 'null')
  const only = alternatives.at(0)
  if (alternatives.length === 1 && only !== undefined) return nodeOf(only)
  if (alternatives.length > 1) return choiceOf(alternatives)
  if (json.enum !== undefined) return { kind: 'enum', values: json.enum.map(String) }
  if (json.const !== undefined) return { kind: 'enum', values: [String(json.const)] }
  if (json.type === 'number' || json.type === 'integer') return { kind: json.type, range: rangeOf(json) }
  if (json.type === 'boolean' || json.type === 'string') return { kind: json.type }
  if (json.type === 'array' && isSchema(json.items)) return { kind: 'array', item: nodeOf(json.items) }
  if (json.type === 'object' && json.properties !== undefined) return { kind: 'object', fields: fieldList(json) }
  return { kind: 'map' }
}

function choiceOf(members: readonly Json[]): SchemaNode {
  const first = members.at(0)?.properties ?? {}
  const discriminator = Object.keys(first).find((key) => isSchema(first[key]) && first[key].const !== undefined) ?? ''
  const options = members.map((member) => {
    const constant = member.properties?.[discriminator]
    return { value: isSchema(constant) ? String(constant.const) : '', fields: fieldList(member) }
  })
  return { kind: 'choice', discriminator, options }
}

function fieldList(json: Json): SchemaField[] {
  return Object.entries(json.properties ?? {}).flatMap(([key, member]) => {
    if (!isSchema(member)) return []
    return [
      {
        key,
        node: nodeOf(member),
        required: json.required?.includes(key) ?? false,
        nullable: (member.anyOf ?? []).some((one) => isSchema(one) && one.type === 'null'),
        title: member.title ?? '',
        description: member.description ?? '',
        defaultValue: member.default,
        ...(isPathKind(member.names) && { names: member.names }),
      },
    ]
  })
}

function rangeOf(json: Json): NumberRange {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = json
  const bounds = Object.entries({ minimum, exclusiveMinimum, maximum, exclusiveMaximum })
  // zod states the limits of safe integers as bounds: they say nothing to a person.
  const stated = bounds.filter(([, bound]) => typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER)
  return Object.fromEntries(stated)
}

function isPathKind(value: unknown): value is PathKind {
  return value === 'folder' || value === 'folder-or-file'
}

function isSchema(json: unknown): json is Json {
  return typeof json === 'object' && json !== null
}
