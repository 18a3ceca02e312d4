// S-expressions with line numbers: the top-level forms of a property file, one after another.
import { propertyError } from './failure.ts'
import { maximumDepth } from './limits.ts'

export type Expression = Atom | List

export interface Atom {
  readonly kind: 'atom'
  readonly text: string
  readonly line: number
}

export interface List {
  readonly kind: 'list'
  readonly items: readonly Expression[]
  readonly line: number
}

/** Spaces, comments, quoted names, atoms (brackets may hold spaces: `X[0, 1]`) and parentheses. */
const token = /[\t\r\f\v ]+|\n|;[^\n]*|[()]|"[^"\n]*"|(?:[^\s()[\];"]|\[[^\]()"]*\])+/y

/**
 * The top-level lists of `text`. Memory is that of one of them.
 * @throws EspalierError 'property/syntax', 'property/too-large' naming the line
 */
export function* topLevel(text: string): Generator<List, void> {
  const open: { readonly items: Expression[]; readonly line: number }[] = []
  let line = 1
  const scanner = new RegExp(token)
  for (let at = 0; at < text.length; at = scanner.lastIndex) {
    scanner.lastIndex = at
    const found = scanner.exec(text)?.[0]
    if (found === undefined) throw propertyError('property/syntax', `"${text[at]}" is out of place`, line)
    const first = found[0]
    if (first === '(') {
      if (open.length === maximumDepth) {
        throw propertyError('property/too-large', `parentheses are nested deeper than ${maximumDepth}`, line)
      }
      open.push({ items: [], line })
    } else if (first === ')') {
      const closed = open.pop()
      if (!closed) throw propertyError('property/syntax', 'a parenthesis closes that none opened', line)
      const list: List = { kind: 'list', ...closed }
      const parent = open.at(-1)
      if (parent) parent.items.push(list)
      else yield list
    } else if (!/[\s;]/.test(first)) {
      const parent = open.at(-1)
      if (!parent) throw propertyError('property/syntax', `"${clipped(found)}" stands outside parentheses`, line)
      parent.items.push({ kind: 'atom', text: found, line })
    }
    if (first === '\n' || first === '[' || found.includes('\n')) line += found.split('\n').length - 1
  }
  const unclosed = open.at(0)
  if (unclosed) throw propertyError('property/syntax', 'a parenthesis is never closed', unclosed.line)
}

/** The operator of a form and its arguments. @throws EspalierError 'property/syntax' where it has none. */
export function headOf(list: List): { readonly name: string; readonly rest: readonly Expression[] } {
  const head = list.items.at(0)
  if (head?.kind !== 'atom') throw propertyError('property/syntax', 'a form begins with its name', list.line)
  return { name: head.text, rest: list.items.slice(1) }
}

/** The text of an atom. @throws EspalierError 'property/syntax' */
export function atomText(expression: Expression | undefined, what: string, line: number): string {
  if (expression?.kind === 'atom') return expression.text
  throw propertyError('property/syntax', `${what} is missing`, expression?.line ?? line)
}

/** Text short enough for a message. */
export function clipped(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
