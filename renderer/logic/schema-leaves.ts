// The settings in a value, one by one, as forms call them: what each is set to, and whether that is its default.
import { fieldsOf, type SchemaField, type SchemaNode } from '../../core/contract/schema-tree.ts'
import { labelOf } from './schema-fields.ts'
import { optionTitle } from './words.ts'

export interface Leaf {
  /** Keys from the root, joined by dots. */
  readonly path: string
  readonly title: string
  readonly text: string
  /** It stands at its default. */
  readonly usual: boolean
}

interface Place {
  readonly path: readonly string[]
  readonly titles: readonly string[]
  /** What the default of the whole holds here, if anything. */
  readonly expected: unknown
}

/** Every leaf of `value` that the schema's tree knows, in its order. The word that picks an option goes by the option's place. */
export function leavesOf(
  node: SchemaNode,
  value: unknown,
  at: Place = { path: [], titles: [], expected: undefined },
): Leaf[] {
  const fields = fieldsOf(node, value)
  if (fields.length === 0 || !isRecord(value)) {
    const usual = JSON.stringify(value) === JSON.stringify(at.expected)
    return [{ path: at.path.join('.'), title: sentence(at.titles), text: textOf(node, value), usual }]
  }
  return fields.flatMap((field) => {
    const { key, node: inner, defaultValue } = field
    if (value[key] === undefined) return []
    const picks = node.kind === 'choice' && key === node.discriminator
    const expected = (isRecord(at.expected) ? at.expected[key] : undefined) ?? defaultValue
    const titles = picks && at.titles.length > 0 ? at.titles : [...at.titles, titleOf(field)]
    return leavesOf(inner, value[key], { path: [...at.path, key], titles, expected })
  })
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const titleOf = ({ key, title }: SchemaField): string => (title === '' ? labelOf(key) : title)

/** `Schedule`, `Factor` → `Schedule, factor`. */
function sentence([first = '', ...more]: readonly string[]): string {
  return [first, ...more.map((title) => title.replace(/^[A-Z](?=[a-z ])/, (letter) => letter.toLowerCase()))].join(', ')
}

function textOf(node: SchemaNode, value: unknown): string {
  if (value === null) return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return node.kind === 'enum' ? optionTitle(value) : value
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map((one) => textOf(node.kind === 'array' ? node.item : node, one)).join(', ') // prettier-ignore
  return JSON.stringify(value).replaceAll(/(^|[^\w])-(?=\d)/g, '$1−')
}
