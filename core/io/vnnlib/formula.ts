// And/or of linear comparisons, multiplied out into a list of alternatives (disjunctive normal form).
import { clipped, headOf, type Expression } from './expression.ts'
import { propertyError } from './failure.ts'
import { maximumConstraints, maximumDisjuncts } from './limits.ts'
import { combined, linearOf, type Linear } from './linear.ts'
import type { Variables } from './variables.ts'

/** `value` ≤ 0. Strict comparisons are read as their closure: what holds for it holds for them. */
export interface Constraint {
  readonly value: Linear
  readonly line: number
}

/** Constraints that hold at once. */
export type Conjunction = readonly Constraint[]

/** The alternatives of a formula: at least one holds. */
export function alternatives(expression: Expression, variables: Variables): readonly Conjunction[] {
  if (expression.kind === 'atom') {
    throw propertyError('property/unsupported', `"${clipped(expression.text)}" is no comparison`, expression.line)
  }
  const { line } = expression
  const { name, rest } = headOf(expression)
  if (name === 'and')
    return allOf(
      rest.map((part) => alternatives(part, variables)),
      line,
    )
  if (name === 'or')
    return anyOf(
      rest.map((part) => alternatives(part, variables)),
      line,
    )
  if (rest.length !== 2 || !/^(?:[<>]=?|==?|!=)$/.test(name)) {
    throw propertyError(
      'property/unsupported',
      `(${clipped(name)} …) with ${rest.length} operands is no comparison`,
      line,
    )
  }
  const [left, right] = rest.map((side) => linearOf(side, variables))
  const atMost: Constraint = { value: combined([left, right], [1, -1]), line }
  const atLeast: Constraint = { value: combined([left, right], [-1, 1]), line }
  if (name === '=' || name === '==') return [[atMost, atLeast]]
  if (name === '!=') return [[atMost], [atLeast]]
  return [[name.startsWith('<') ? atMost : atLeast]]
}

function anyOf(parts: readonly (readonly Conjunction[])[], line: number): readonly Conjunction[] {
  const all = parts.flat()
  checkSize(
    all.length,
    all.reduce((total, { length }) => total + length, 0),
    line,
  )
  return all
}

/** Every choice of one alternative of each part, joined. */
export function allOf(parts: readonly (readonly Conjunction[])[], line: number): readonly Conjunction[] {
  const common = parts.filter((part) => part.length === 1).flatMap(([only]) => only)
  const choices = parts.filter((part) => part.length !== 1)
  return choices.reduce<readonly Conjunction[]>(
    (sofar, part) => {
      const count = sofar.length * part.length
      const lengths = (list: readonly Conjunction[]): number => list.reduce((total, { length }) => total + length, 0)
      checkSize(count, lengths(sofar) * part.length + lengths(part) * sofar.length, line)
      return sofar.flatMap((left) => part.map((right) => [...left, ...right]))
    },
    [common],
  )
}

function checkSize(disjuncts: number, constraints: number, line: number): void {
  if (disjuncts > maximumDisjuncts) {
    throw propertyError('property/too-large', `it has more than ${maximumDisjuncts} alternatives`, line)
  }
  if (constraints > maximumConstraints) {
    throw propertyError('property/too-large', `its alternatives have more than ${maximumConstraints} constraints`, line)
  }
}
