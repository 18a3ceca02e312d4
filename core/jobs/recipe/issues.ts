// What is wrong with a recipe, said so that it can be repaired: the key path, the line, what is allowed, what was meant.
import type { z } from 'zod'
import { EspalierError, type ErrorCode } from '../../contract/errors.ts'
import { recipeSchema } from '../../contract/recipe.ts'
import { fieldsOf, nodeAt, schemaTree, type NumberRange, type SchemaNode } from '../../contract/schema-tree.ts'
import { closest } from './suggest.ts'

/** What a key is called where it was written: `variants[0].train.epochs (line 12)` of a file, `--epochs` of a command line. */
export type Locate = (path: readonly PropertyKey[]) => string

interface Complaint {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
}

/** One error for all issues: the first gives code and hint, each gives a line of the message. */
export function recipeError(
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  locate: Locate,
  schema: z.ZodType = recipeSchema,
): EspalierError {
  const tree = schemaTree(schema)
  const complaints = issues.map((issue) => complain(issue, tree, value, locate))
  const first = complaints.at(0)
  if (first === undefined) return new EspalierError('recipe/invalid', 'The recipe is not valid.', 'Check its keys.')
  const messages = new Set(complaints.map(({ message }) => message))
  return new EspalierError(first.code, [...messages].join('\n'), first.hint)
}

/** `variants[0].train.epochs` */
export function formatPath(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return text.replace(/^\./, '') || 'the recipe'
}

function complain(issue: z.core.$ZodIssue, tree: SchemaNode, value: unknown, locate: Locate): Complaint {
  if (issue.code === 'unrecognized_keys') return unknownKey(issue, tree, value, locate)
  const written = valueAt(value, issue.path)
  const choice = issue.code === 'invalid_union' && 'options' in issue
  const node = choice ? null : nodeAt(tree, issue.path, value)
  const words = choice ? (issue.options as readonly unknown[]).map(String) : node?.kind === 'enum' ? node.values : null
  const wanted = words === null ? wantedText(node, issue) : `one of ${words.join(', ')}`
  const where = locate(issue.path)
  const meant = words !== null && typeof written === 'string' ? closest(written, words) : null
  const said = written === undefined ? 'is missing' : `is ${show(written)}`
  const code = isEpsilon(issue.path) ? 'verify/epsilon' : 'recipe/invalid'
  const usual =
    code === 'verify/epsilon'
      ? 'ε is in units of the whole pixel range: 8 grey levels are 8/255.'
      : `Allowed at ${where}: ${wanted}.`
  const hint = meant === null ? usual : `Did you mean '${meant}'?`
  return { code, message: `${where} ${said}; it must be ${wanted}`, hint }
}

function unknownKey(
  issue: z.core.$ZodIssueUnrecognizedKeys,
  tree: SchemaNode,
  value: unknown,
  locate: Locate,
): Complaint {
  const key = issue.keys[0] ?? ''
  const node = nodeAt(tree, issue.path, value)
  const allowed = node === null ? [] : fieldsOf(node, valueAt(value, issue.path)).map((field) => field.key)
  const meant = closest(key, allowed)
  const others = issue.keys.length > 1 ? ` (nor ${issue.keys.slice(1).join(', ')})` : ''
  const where = locate([...issue.path, key])
  return {
    code: 'recipe/unknown-key',
    message: `${where} ${strange(key, node, valueAt(value, issue.path), locate, issue.path)}${others}; allowed here: ${allowed.join(', ')}`,
    hint: meant === null ? `Remove it, or use one of: ${allowed.join(', ')}.` : `Did you mean '${meant}'?`,
  }
}

/** Why a key is refused: it belongs to another form of its choice, or to nothing. */
function strange(
  key: string,
  node: SchemaNode | null,
  written: unknown,
  locate: Locate,
  path: readonly PropertyKey[],
): string {
  const forms =
    node?.kind === 'choice' ? node.options.filter(({ fields }) => fields.some((one) => one.key === key)) : []
  if (node?.kind !== 'choice' || forms.length === 0) return 'is not a key of a recipe'
  const chosen = (written as Record<string, unknown>)[node.discriminator]
  const others = forms.map(({ value }) => value).join(' or ')
  return `goes with ${locate([...path, node.discriminator])} ${others}, not with ${show(chosen)}`
}

/** What the schema wants at a place, in words. */
function wantedText(node: SchemaNode | null, issue: z.core.$ZodIssue): string {
  if (node === null) return issue.message
  if (node.kind === 'number') return `a number${rangeText(node.range)}`
  if (node.kind === 'integer') return `a whole number${rangeText(node.range)}`
  if (node.kind === 'boolean') return 'true or false'
  if (node.kind === 'object') return `keys among ${node.fields.map((field) => field.key).join(', ')}`
  if (node.kind === 'choice') {
    return `keys with ${node.discriminator}: ${node.options.map((option) => option.value).join(' | ')}`
  }
  if (node.kind === 'array') {
    if (issue.code === 'too_big') return `a list of at most ${issue.maximum} entries`
    return issue.code === 'too_small' ? 'a list with at least one entry' : 'a list'
  }
  if (node.kind === 'string') return issue.code === 'invalid_type' ? 'text' : `text (${issue.message})`
  return issue.message
}

function rangeText(range: NumberRange): string {
  const low = range.minimum !== undefined ? `at least ${range.minimum}` : over(range.exclusiveMinimum)
  const high = range.maximum !== undefined ? `at most ${range.maximum}` : below(range.exclusiveMaximum)
  const parts = [low, high].filter((part) => part !== '')
  return parts.length === 0 ? '' : `, ${parts.join(' and ')}`
}

const over = (bound: number | undefined): string => (bound === undefined ? '' : `greater than ${bound}`)
const below = (bound: number | undefined): string => (bound === undefined ? '' : `less than ${bound}`)

function isEpsilon(path: readonly PropertyKey[]): boolean {
  const last = path.at(-1)
  return last === 'epsilon' || last === 'evaluateEpsilon'
}

/** What was written, short enough to read. */
function show(value: unknown): string {
  if (typeof value === 'string') return `'${shortened(value, 200)}'`
  if (typeof value === 'number') return String(value)
  try {
    return shortened(JSON.stringify(value), 60)
  } catch {
    return 'a list or keys that contain themselves'
  }
}

function shortened(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 3)}…` : text
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let here = value
  for (const key of path) {
    if (typeof here !== 'object' || here === null) return undefined
    here = (here as Record<PropertyKey, unknown>)[key]
  }
  return here
}
