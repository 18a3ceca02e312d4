// A property's alternatives become the fewest problems whose counterexamples are those of the property.
import { describe, expect, it } from 'vitest'
import { parseVnnlib } from '../../core/io/vnnlib/parse.ts'
import { createNetwork, type Layer } from '../../core/nn/index.ts'
import { violationProblems } from '../../core/verify/vnnlib-problem.ts'

const layer: Layer = {
  kind: 'dense',
  weight: { shape: [2, 1], data: Float32Array.of(1, -1) },
  bias: { shape: [2], data: Float32Array.of(0, 0) },
}
const network = createNetwork({ name: 'line', inputShape: [1], nodes: [{ id: 'd', layer }] })
const problems = (formulas: string) =>
  violationProblems(
    network,
    parseVnnlib(
      `(declare-const X_0 Real)(declare-const Y_0 Real)(declare-const Y_1 Real)
       (assert (>= X_0 0))(assert (<= X_0 1))${formulas}`,
    ).disjuncts,
  ).map(({ box, property }) => ({
    lower: [...box.lower],
    kind: property.kind,
    coefficients: [...property.rows.coefficients],
    offsets: [...property.rows.offsets],
  }))

describe('violationProblems', () => {
  it('asks single rows over one box at once', () => {
    expect(problems('(assert (or (<= Y_0 Y_1) (<= Y_1 -2)))')).toEqual([
      { lower: [0], kind: 'all-positive', coefficients: [1, -1, 0, 1], offsets: [0, 2] },
    ])
  })

  it('asks conjunctions and other boxes one by one', () => {
    expect(problems('(assert (or (<= Y_0 1) (and (<= Y_0 2) (<= Y_1 3)) (and (>= X_0 0.5) (<= Y_0 4))))')).toEqual([
      { lower: [0], kind: 'all-positive', coefficients: [1, 0], offsets: [-1] },
      { lower: [0.5], kind: 'all-positive', coefficients: [1, 0], offsets: [-4] },
      { lower: [0], kind: 'any-positive', coefficients: [1, 0, 0, 1], offsets: [-2, -3] },
    ])
  })

  it('asks for any point at all where no output is constrained, and nothing where nothing violates', () => {
    expect(problems('')).toEqual([{ lower: [0], kind: 'any-positive', coefficients: [0, 0], offsets: [-1] }])
    expect(problems('(assert (<= 1 0))')).toEqual([])
  })
})
