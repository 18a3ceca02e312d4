// A VNN-LIB property as verification problems: alternatives over the same box that are single rows are asked together.
import type { Box, OutputRows } from '../bounds/box.ts'
import { shapeOf, sizeOf, type Network } from '../nn/index.ts'
import type { Problem } from './problem.ts'

/** One way to violate a property: x in the box and all rows ≤ 0 at once. What `parseVnnlib` and `bindProperty` give. */
export interface Violation {
  readonly box: Box
  readonly rows: OutputRows
}

/**
 * The property holds when every problem is verified, and is violated (`sat`) when any one is falsified; without problems
 * it holds. Violations of one row that share a box object become one `all-positive` problem, others `any-positive` ones.
 */
export function violationProblems(network: Network, violations: readonly Violation[]): readonly Problem[] {
  const singles = new Map<Box, OutputRows[]>()
  const problems: Problem[] = []
  for (const { box, rows } of violations) {
    if (rows.rows === 1) singles.set(box, [...(singles.get(box) ?? []), rows])
    else
      problems.push({
        network,
        box,
        property: { kind: 'any-positive', rows: rows.rows === 0 ? negative(network) : rows },
      })
  }
  const together = [...singles].map(([box, rows]): Problem => ({
    network,
    box,
    property: { kind: 'all-positive', rows: stacked(rows) },
  }))
  return [...together, ...problems]
}

function stacked(list: readonly OutputRows[]): OutputRows {
  const coefficients = Float64Array.from(list.flatMap((rows) => Array.from(rows.coefficients)))
  return { rows: list.length, coefficients, offsets: Float64Array.from(list, ({ offsets }) => offsets[0]) }
}

/** A row that is −1 everywhere: every point of the box is a counterexample. */
function negative(network: Network): OutputRows {
  const outputs = sizeOf(shapeOf(network, network.output))
  return { rows: 1, coefficients: new Float64Array(outputs), offsets: Float64Array.of(-1) }
}
