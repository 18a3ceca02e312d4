// Linear terms over the inputs and outputs: sums, differences and products with constants.
import { clipped, headOf, type Expression } from './expression.ts'
import { propertyError } from './failure.ts'
import type { Element, Variables } from './variables.ts'

/** Σ coefficient · element + constant. */
export interface Linear {
  readonly terms: ReadonlyMap<Element, number>
  readonly constant: number
}

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** The linear term that an expression stands for. @throws EspalierError 'property/syntax', 'property/unsupported' */
export function linearOf(expression: Expression, variables: Variables): Linear {
  if (expression.kind === 'atom') return atomOf(expression.text, expression.line, variables)
  const { name, rest } = headOf(expression)
  if (name !== '+' && name !== '-' && name !== '*') {
    throw propertyError('property/unsupported', `(${clipped(name)} …) is no linear arithmetic`, expression.line)
  }
  const values = rest.map((part) => linearOf(part, variables))
  const [first, ...others] = values
  if (values.length === 0) throw propertyError('property/syntax', `(${name}) has no operands`, expression.line)
  if (name === '+')
    return combined(
      values,
      values.map(() => 1),
    )
  if (name === '-') return values.length === 1 ? combined(values, [-1]) : combined(values, [1, ...others.map(() => -1)])
  return others.reduce((product, factor) => {
    if (factor.terms.size === 0) return combined([product], [factor.constant])
    if (product.terms.size === 0) return combined([factor], [product.constant])
    throw propertyError('property/unsupported', 'a product of two variables is not linear', expression.line)
  }, first)
}

function atomOf(text: string, line: number, variables: Variables): Linear {
  if (number.test(text)) {
    const constant = Number(text)
    if (Number.isFinite(constant)) return { terms: new Map(), constant }
    throw propertyError('property/unsupported', `${clipped(text)} is beyond double precision`, line)
  }
  const element = variables.find(text, line)
  if (element !== null) return { terms: new Map([[element, 1]]), constant: 0 }
  throw propertyError('property/syntax', `"${clipped(text)}" is neither a number nor a declared variable`, line)
}

/** Σ factor_i · value_i; terms that cancel are left out. */
export function combined(values: readonly Linear[], factors: readonly number[]): Linear {
  const terms = new Map<Element, number>()
  let constant = 0
  for (const [i, value] of values.entries()) {
    constant += factors[i] * value.constant
    for (const [element, coefficient] of value.terms) {
      const total = (terms.get(element) ?? 0) + factors[i] * coefficient
      if (total === 0) terms.delete(element)
      else terms.set(element, total)
    }
  }
  return { terms, constant }
}
