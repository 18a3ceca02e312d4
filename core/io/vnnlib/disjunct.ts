// One alternative of a formula as an input box and output rows.
import { propertyError } from './failure.ts'
import { maximumConstraints } from './limits.ts'
import type { Conjunction, Constraint } from './formula.ts'
import type { ConstraintRows, Disjunct, InputBox } from './property.ts'
import type { Variables } from './variables.ts'

/** Turns the constraints of every alternative, and those all share, into boxes and rows. */
export class DisjunctBuilder {
  readonly #variables: Variables
  readonly #common: InputBox
  readonly #commonRows: readonly Constraint[]
  readonly #possible: boolean
  #numbers = 0

  constructor(variables: Variables, common: Conjunction) {
    this.#variables = variables
    const { box, rows, possible } = this.#split(common, unbounded(variables.inputSize))
    this.#common = box
    this.#commonRows = rows
    this.#possible = possible
  }

  /** The alternative with these further constraints; null where no input satisfies it. */
  build(own: Conjunction): Disjunct | null {
    const { box, rows, possible } = this.#split(own, this.#common)
    if (!this.#possible || !possible || box.lower.some((value, i) => value > box.upper[i])) return null
    for (const [i, value] of box.lower.entries()) {
      if (Number.isFinite(value) && Number.isFinite(box.upper[i])) continue
      throw propertyError('property/unsupported', `input ${i} has no lower or no upper bound`, own.at(0)?.line ?? 0)
    }
    return { box, rows: this.#rows([...this.#commonRows, ...rows]) }
  }

  #split(
    conjunction: Conjunction,
    start: InputBox,
  ): { readonly box: InputBox; readonly rows: readonly Constraint[]; readonly possible: boolean } {
    let box = start
    let possible = true
    const rows: Constraint[] = []
    for (const constraint of conjunction) {
      const { value, line } = constraint
      const elements = [...value.terms.keys()]
      if (elements.length === 0) possible &&= value.constant <= 0
      else if (elements.every((element) => element < 0)) rows.push(constraint)
      else if (elements.length > 1) {
        throw propertyError('property/unsupported', 'a constraint joins several inputs, or inputs and outputs', line)
      } else {
        if (box === start) box = this.#copy(start, line)
        tighten(box, elements[0], value.terms.get(elements[0]) ?? 0, value.constant)
      }
    }
    return { box, rows, possible }
  }

  #copy({ lower, upper }: InputBox, line: number): InputBox {
    this.#count(2 * lower.length, line)
    return { lower: lower.slice(), upper: upper.slice() }
  }

  #rows(constraints: readonly Constraint[]): ConstraintRows {
    const outputs = this.#variables.outputSize
    this.#count(constraints.length * outputs, constraints.at(0)?.line ?? 0)
    const coefficients = new Float64Array(constraints.length * outputs)
    const offsets = Float64Array.from(constraints, ({ value }) => value.constant)
    for (const [row, { value }] of constraints.entries()) {
      for (const [element, coefficient] of value.terms) coefficients[row * outputs + ~element] = coefficient
    }
    return { rows: constraints.length, coefficients, offsets }
  }

  #count(numbers: number, line: number): void {
    this.#numbers += numbers
    if (this.#numbers > maximumConstraints * 4) {
      throw propertyError('property/too-large', 'its boxes and rows hold too many numbers', line)
    }
  }
}

function unbounded(size: number): InputBox {
  return { lower: new Float64Array(size).fill(-Infinity), upper: new Float64Array(size).fill(Infinity) }
}

/** coefficient · x + constant ≤ 0; a quotient that may be rounded is moved outward. */
function tighten({ lower, upper }: InputBox, element: number, coefficient: number, constant: number): void {
  const quotient = -constant / coefficient + 0
  const exact = Math.abs(coefficient) === 1 || constant === 0
  if (coefficient > 0) upper[element] = Math.min(upper[element], exact ? quotient : beyond(quotient, 1))
  else lower[element] = Math.max(lower[element], exact ? quotient : beyond(quotient, -1))
}

/** At least the next double in the direction. */
function beyond(value: number, direction: 1 | -1): number {
  return value + direction * Math.max(Math.abs(value) * 2 ** -52, Number.MIN_VALUE)
}
