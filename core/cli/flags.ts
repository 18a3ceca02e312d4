// Command-line flags made from a schema: names, types, help and defaults are the schema's, typed nowhere else.
import { Option, type Command } from 'commander'
import type { z } from 'zod'
import { schemaTree, type SchemaField, type SchemaNode } from '../contract/schema-tree.ts'

/** One flag and where its value goes in the options object. */
interface Flag {
  readonly name: string
  readonly path: readonly string[]
  readonly node: SchemaNode
  readonly nullable: boolean
  readonly description: string
  readonly defaultValue: unknown
}

export interface FlagSet {
  attach(command: Command): void
  /** What was given on the command line, as the schema's input; keys that were not given are absent. */
  read(command: Command): Record<string, unknown>
  /** The flag that fills a key, as `--batch-size`; null where none does. */
  nameOf(path: readonly PropertyKey[]): string | null
}

export interface FlagSettings {
  /** Goes before every name. */
  readonly prefix?: string
  /** Keys left out. */
  readonly omit?: readonly string[]
  /** False: leaving a flag out does not mean the schema's default, so help does not name it. */
  readonly defaults?: boolean
}

/** Flags of an object or choice schema. */
export function flagsOf(schema: z.ZodType, { prefix = '', omit = [], defaults = true }: FlagSettings = {}): FlagSet {
  const flags = flagsOfNode(schemaTree(schema), prefix, [])
    .filter(({ path }) => !omit.includes(path[0]))
    .map((flag) => (defaults ? flag : { ...flag, defaultValue: undefined }))
  return {
    attach: (command) => flags.forEach((flag) => command.addOption(optionOf(flag))),
    read: (command) => {
      const result: Record<string, unknown> = {}
      for (const flag of flags) {
        const key = optionOf(flag).attributeName()
        if (command.getOptionValueSource(key) === 'cli')
          assign(result, flag.path, valueOf(flag, command.getOptionValue(key)))
      }
      return withDiscriminators(result, flags)
    },
    nameOf: (path) => {
      const keys = path.filter((key) => typeof key === 'string')
      const isOf = (flag: Flag): boolean => keys.every((key, i) => flag.path[i] === key)
      const found = keys.length === 0 ? undefined : flags.find(isOf)
      return found === undefined ? null : (optionOf(found).long ?? null)
    },
  }
}

const otherwise = '; or: '

function flagsOfNode(node: SchemaNode, prefix: string, path: readonly string[]): Flag[] {
  if (node.kind === 'object') return node.fields.flatMap((field) => flagsOfField(field, prefix, path))
  return node.kind === 'choice' ? flagsOfChoice(node, prefix, path, undefined) : []
}

function flagsOfField(field: SchemaField, prefix: string, path: readonly string[]): Flag[] {
  const name = prefix === '' ? kebab(field.key) : `${prefix}-${kebab(field.key)}`
  const at = [...path, field.key]
  if (field.node.kind === 'object') return flagsOfNode(field.node, name, at)
  if (field.node.kind === 'choice') return flagsOfChoice(field.node, name, at, field.defaultValue, field.description)
  if (!writable(field.node)) return []
  return [{ ...field, name, path: at }]
}

/** `--schedule plateau --schedule-factor 0.1`: the word chooses, the fields of all its forms follow. */
function flagsOfChoice(
  node: Extract<SchemaNode, { kind: 'choice' }>,
  name: string,
  path: readonly string[],
  usual: unknown,
  description = '',
): Flag[] {
  const { discriminator } = node
  const options = node.options.filter(({ fields }) => fields.every((field) => !field.required || writable(field.node)))
  const word =
    typeof usual === 'object' && usual !== null ? (usual as Record<string, unknown>)[discriminator] : undefined
  const chooser: Flag = {
    name: name === '' ? kebab(discriminator) : name,
    path: [...path, discriminator],
    node: { kind: 'enum', values: options.map(({ value }) => value) },
    nullable: false,
    description,
    defaultValue: word,
  }
  const fields = new Map<string, SchemaField>()
  for (const field of options.flatMap((option) => option.fields))
    fields.set(field.key, shared(fields.get(field.key), field))
  fields.delete(discriminator)
  return [chooser, ...[...fields.values()].flatMap((field) => flagsOfField(field, name, path))]
}

/** One flag for a field of several forms: all that it can mean, and its default where that is always the same. */
function shared(before: SchemaField | undefined, field: SchemaField): SchemaField {
  if (before === undefined) return field
  const meanings = before.description.split(otherwise)
  const description = meanings.includes(field.description) ? before.description : [...meanings, field.description].join(otherwise) // prettier-ignore
  const same = JSON.stringify(before.defaultValue) === JSON.stringify(field.defaultValue)
  return { ...field, description, defaultValue: same ? field.defaultValue : undefined }
}

function writable(node: SchemaNode): boolean {
  if (node.kind === 'array') return node.item.kind !== 'array' && writable(node.item)
  return ['enum', 'number', 'integer', 'boolean', 'string'].includes(node.kind)
}

function optionOf({ name, node, nullable, description, defaultValue }: Flag): Option {
  const words = node.kind === 'enum' ? node.values.join(' | ') : ''
  const usual =
    defaultValue === undefined || node.kind === 'boolean' || isEmpty(defaultValue)
      ? ''
      : `default ${defaultValue === null ? 'none' : JSON.stringify(defaultValue)}`
  const notes = [words, nullable ? 'or none' : '', usual].filter((note) => note !== '').join('; ')
  const text = [description, notes === '' ? '' : `(${notes})`].filter((part) => part !== '').join(' ')
  if (node.kind === 'boolean')
    return defaultValue === true
      ? new Option(`--no-${name}`, `Off (default on): ${text}`)
      : new Option(`--${name}`, text)
  const wanted = { enum: 'word', number: 'number', integer: 'n', array: 'list', string: 'text' } as const
  return new Option(`--${name} <${wanted[node.kind as keyof typeof wanted]}>`, text)
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

/** Text that is no number stays text, so that the recipe's check names the key and what it wants. */
function valueOf(flag: Flag, given: unknown): unknown {
  if (typeof given !== 'string') return given
  if (flag.nullable && given === 'none') return null
  if (flag.node.kind === 'array') {
    const { item } = flag.node
    return given.split(',').map((part) => scalar(item, part.trim()))
  }
  return scalar(flag.node, given)
}

function scalar(node: SchemaNode, text: string): unknown {
  if (node.kind !== 'number' && node.kind !== 'integer') return text
  const fraction = /^([\d.]+)\/([\d.]+)$/.exec(text)
  if (fraction !== null) return Number(fraction[1]) / Number(fraction[2])
  if (text === 'NaN') return NaN
  const value = Number(text)
  return text === '' || Number.isNaN(value) ? text : value
}

function assign(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path
  if (rest.length === 0) {
    target[key] = value
    return
  }
  const inner = (target[key] ?? {}) as Record<string, unknown>
  target[key] = inner
  assign(inner, rest, value)
}

/** `--schedule-factor 0.5` alone means the usual schedule with another factor. */
function withDiscriminators(result: Record<string, unknown>, flags: readonly Flag[]): Record<string, unknown> {
  for (const { path, defaultValue, node } of flags) {
    if (node.kind !== 'enum' || path.length < 2 || defaultValue === undefined) continue
    const inner = result[path[0]]
    if (typeof inner === 'object' && inner !== null && !(path[1] in inner)) assign(result, path, defaultValue)
  }
  return result
}

function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
