// A property in plain words: its input boxes in figures, its violations as short inequalities.
import type { PropertyCase, PropertyReport } from '../../contract/files.ts'
import type { ConstraintRows, Disjunct, InputBox, VnnlibProperty } from './property.ts'

/** More would not be read; the counts say how many there are. */
const [mostCases, mostBounds, mostViolations, mostTerms] = [20, 100, 40, 6]

export function describeProperty(property: VnnlibProperty): PropertyReport {
  const { version, inputSize, outputSize, disjuncts } = property
  const boxes = Map.groupBy(disjuncts, ({ box }) => box)
  const cases = [...boxes].slice(0, mostCases).map(([box, ways]) => caseOf(box, ways, outputSize))
  return { version, inputs: inputSize, outputs: outputSize, cases, caseCount: boxes.size }
}

function caseOf({ lower, upper }: InputBox, ways: readonly Disjunct[], outputs: number): PropertyCase {
  let [lowest, highest, narrowest, widest, fixed] = [Infinity, -Infinity, Infinity, 0, 0]
  lower.forEach((low, i) => {
    const width = upper[i] - low
    lowest = Math.min(lowest, low)
    highest = Math.max(highest, upper[i])
    widest = Math.max(widest, width)
    if (width > 0) narrowest = Math.min(narrowest, width)
    else fixed++
  })
  const varies = fixed < lower.length
  return {
    ...{ fixed, lowest, highest, narrowest: varies ? narrowest : null, widest: varies ? widest : null },
    bounds: Array.from(lower.subarray(0, mostBounds), (low, i) => ({ lower: low, upper: upper[i] })),
    violations: ways.slice(0, mostViolations).map(({ rows }) => violationText(rows, outputs)),
    violationCount: ways.length,
    meaning: meaningOf(ways, outputs),
  }
}

/** All rows at once, e.g. `Y_0 ≤ Y_1 and Y_0 ≤ 3.99`. */
function violationText({ rows, coefficients, offsets }: ConstraintRows, outputs: number): string {
  if (rows === 0) return 'any output at all'
  const texts = Array.from({ length: rows }, (_, row) =>
    rowText(coefficients.subarray(row * outputs, (row + 1) * outputs), offsets[row]),
  )
  return texts.join(' and ')
}

/** `coefficients · y + offset ≤ 0`: one output against a number, or terms with a minus on the other side. */
function rowText(coefficients: Float64Array, offset: number): string {
  const outputs = Array.from(coefficients.keys()).filter((output) => coefficients[output] !== 0)
  const [first] = outputs
  if (outputs.length === 1) {
    const value = coefficients[first]
    return `Y_${first} ${value > 0 ? '≤' : '≥'} ${numberText(-offset / value)}`
  }
  const side = (sign: 1 | -1): string[] => [
    ...outputs
      .filter((output) => coefficients[output] * sign > 0)
      .map((output) => termText(output, coefficients[output])),
    ...(offset * sign > 0 ? [numberText(Math.abs(offset))] : []),
  ]
  return `${sumText(side(1))} ≤ ${sumText(side(-1))}`
}

function termText(output: number, coefficient: number): string {
  const size = Math.abs(coefficient)
  return `${size === 1 ? '' : `${numberText(size)}·`}Y_${output}`
}

function sumText(terms: readonly string[]): string {
  if (terms.length === 0) return '0'
  const shown = terms.length > mostTerms ? [...terms.slice(0, mostTerms), `… (${terms.length} terms)`] : terms
  return shown.join(' + ')
}

function numberText(value: number): string {
  return String(Number(value.toPrecision(6)) + 0)
}

/** The usual question of robustness: one output against each of the others, any of which may reach it. */
function meaningOf(ways: readonly Disjunct[], outputs: number): string | null {
  const pairs = ways.map(({ rows }) => (rows.rows === 1 && rows.offsets[0] === 0 ? pairOf(rows.coefficients) : null))
  const first = pairs.at(0)
  if (first == null || pairs.some((pair) => pair?.low !== first.low)) return null
  const rivals = new Set(pairs.map((pair) => pair?.high))
  if (rivals.size === outputs - 1)
    return `Some other output is at least as large as Y_${first.low}: as a classifier, the network no longer answers class ${first.low}.`
  return null
}

/** The two outputs of `Y_low ≤ Y_high`. */
function pairOf(coefficients: Float64Array): { low: number; high: number } | null {
  const [low, high] = [coefficients.indexOf(1), coefficients.indexOf(-1)]
  const terms = coefficients.reduce((count, value) => count + (value === 0 ? 0 : 1), 0)
  return low >= 0 && high >= 0 && terms === 2 ? { low, high } : null
}
