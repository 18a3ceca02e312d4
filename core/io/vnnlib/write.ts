// Writes a property as VNN-LIB 1.0 that every competition tool reads: no exponents, bounds rounded outward.
import { outwardDecimal, plainDecimal } from './decimal.ts'
import type { ConstraintRows, Disjunct, InputBox } from './property.ts'

/**
 * The text of a VNN-LIB 1.0 file over X_0 … and Y_0 …. Bounds are decimals at or beyond the doubles; all other numbers
 * read back as they are. No disjuncts give a property that nothing violates (an empty bound on X_0).
 */
export function writeVnnlib(property: {
  readonly inputSize: number
  readonly outputSize: number
  readonly disjuncts: readonly Disjunct[]
  /** First line, as a comment. */
  readonly title?: string
}): string {
  const { inputSize, outputSize, disjuncts, title } = property
  const lines = title === undefined ? [] : [`; ${title.replace(/\s+/g, ' ')}`]
  for (let i = 0; i < inputSize; i++) lines.push(`(declare-const X_${i} Real)`)
  for (let i = 0; i < outputSize; i++) lines.push(`(declare-const Y_${i} Real)`)
  lines.push(...assertions(disjuncts, outputSize).map((formula) => `(assert ${formula})`))
  return `${lines.join('\n')}\n`
}

function assertions(disjuncts: readonly Disjunct[], outputs: number): string[] {
  const first = disjuncts.at(0)
  if (!first) return ['(<= X_0 0.0)', '(>= X_0 1.0)']
  const sameBox = disjuncts.every(({ box }) => box === first.box)
  const rows = disjuncts.map((disjunct) => rowFormulas(disjunct.rows, outputs))
  if (disjuncts.length === 1) return [...boundFormulas(first.box), ...rows[0]]
  const alternatives = disjuncts.map(({ box }, i) => [...(sameBox ? [] : boundFormulas(box)), ...rows[i]])
  // An alternative without constraints holds on the whole box, and so does the disjunction.
  if (alternatives.some(({ length }) => length === 0)) return boundFormulas(first.box)
  const choice = `(or\n${alternatives.map((formulas) => `    (and ${formulas.join(' ')})`).join('\n')}\n)`
  return sameBox ? [...boundFormulas(first.box), choice] : [choice]
}

function boundFormulas({ lower, upper }: InputBox): string[] {
  return Array.from(lower).flatMap((low, i) => [
    `(>= X_${i} ${outwardDecimal(low, -1)})`,
    `(<= X_${i} ${outwardDecimal(upper[i], 1)})`,
  ])
}

function rowFormulas({ rows, coefficients, offsets }: ConstraintRows, outputs: number): string[] {
  return Array.from({ length: rows }, (_, row) =>
    rowFormula(coefficients.subarray(row * outputs, (row + 1) * outputs), offsets[row]),
  )
}

/** c·y + d ≤ 0 in the simplest form: two outputs compared, one output and a number, or a sum. */
function rowFormula(coefficients: Float64Array, offset: number): string {
  const terms = Array.from(coefficients.entries()).filter(([, coefficient]) => coefficient !== 0)
  const unit = terms.every(([, coefficient]) => Math.abs(coefficient) === 1)
  const [first, second] = terms.toSorted(([, a], [, b]) => b - a)
  if (unit && terms.length === 2 && offset === 0 && first[1] > 0 && second[1] < 0)
    return `(<= Y_${first[0]} Y_${second[0]})`
  if (unit && terms.length === 1) {
    return first[1] > 0 ? `(<= Y_${first[0]} ${plainDecimal(-offset)})` : `(>= Y_${first[0]} ${plainDecimal(offset)})`
  }
  const products = terms.map(([output, coefficient]) => `(* ${plainDecimal(coefficient)} Y_${output})`)
  return `(<= (+ ${[...products, plainDecimal(offset), '0.0'].join(' ')}) 0.0)`
}
