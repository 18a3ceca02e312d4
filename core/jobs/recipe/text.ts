// Recipes as YAML text: reading with the line of every complaint, writing back without the defaults.
import { isNode, isScalar, LineCounter, parseDocument, stringify, visit, type Document } from 'yaml'
import { EspalierError } from '../../contract/errors.ts'
import { recipeSchema, type Recipe } from '../../contract/recipe.ts'
import { schemaTree, type SchemaField, type SchemaNode } from '../../contract/schema-tree.ts'
import { checkRecipe } from './check.ts'
import { formatPath, recipeError, type Locate } from './issues.ts'

/**
 * The longest recipe text, in characters: two hundred variants with every key stay below, and a quarter of a million opening
 * brackets are what the parser still takes in a third of a gigabyte.
 */
export const recipeLimit = 250_000

/**
 * Reads a recipe and checks it.
 * @throws EspalierError `recipe/syntax` with line and column, `recipe/unknown-key`, `recipe/invalid`, `verify/epsilon`
 */
export function parseRecipe(yaml: string): Recipe {
  if (yaml.length > recipeLimit) {
    const size = `The recipe is longer than ${recipeLimit.toLocaleString('en-US')} characters.`
    throw new EspalierError('recipe/invalid', size, 'Check that this file is a recipe.')
  }
  const lines = new LineCounter()
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const broken = document.errors.at(0)
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0])
    throw new EspalierError(
      'recipe/syntax',
      `Line ${line}, column ${col}: ${broken.message}`,
      'A recipe is YAML: check the indentation and the colons near that line.',
    )
  }
  requireUniqueKeys(document, lines)
  return readRecipe(plainValue(document), locator(document, lines))
}

/** The parser's own check compares every key with every other, which takes minutes for a file of tens of thousands. */
function requireUniqueKeys(document: Document, lines: LineCounter): void {
  visit(document, {
    Map(_place, { items }) {
      const seen = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value)) {
          const line = key.range ? lines.linePos(key.range[0]).line : 1
          throw new EspalierError(
            'recipe/syntax',
            `Line ${line}: the key "${String(key.value)}" is given twice.`,
            'Keep one of the two.',
          )
        }
        seen.add(key.value)
      }
    },
  })
}

function plainValue(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new EspalierError('recipe/syntax', message, 'Write the values out instead of using aliases.', { cause })
  }
}

/** Checks a recipe that is already an object. @throws as `parseRecipe`, keys called what `locate` says, without lines by default */
export function readRecipe(value: unknown, locate: Locate = formatPath): Recipe {
  const parsed = recipeSchema.safeParse(value)
  if (!parsed.success) throw recipeError(parsed.error.issues, value, locate)
  checkRecipe(parsed.data, locate)
  return parsed.data
}

/** A recipe as a person would write it: keys that hold their default are left out. */
export function formatRecipe(recipe: Recipe): string {
  return stringify(withoutDefaults(recipe, schemaTree(recipeSchema)), { lineWidth: 110 })
}

function locator(document: Document, lines: LineCounter): Locate {
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return `${formatPath(path)} (line ${lines.linePos(node.range[0]).line})`
    }
    return formatPath(path)
  }
}

function withoutDefaults(value: unknown, node: SchemaNode): unknown {
  if (Array.isArray(value)) return node.kind === 'array' ? value.map((item) => withoutDefaults(item, node.item)) : value
  if (typeof value !== 'object' || value === null || (node.kind !== 'object' && node.kind !== 'choice')) return value
  const record = value as Record<string, unknown>
  const option = node.kind === 'choice' ? node.options.find((one) => one.value === record[node.discriminator]) : null
  const fields = node.kind === 'object' ? node.fields : (option?.fields ?? [])
  const kept = fields.flatMap((field) => keep(field, record[field.key]))
  return Object.fromEntries(kept)
}

function keep(field: SchemaField, value: unknown): [string, unknown][] {
  if (value === undefined) return []
  const short = withoutDefaults(value, field.node)
  const usual = field.defaultValue === undefined ? undefined : withoutDefaults(field.defaultValue, field.node)
  return !field.required && usual !== undefined && JSON.stringify(short) === JSON.stringify(usual)
    ? []
    : [[field.key, short]]
}
