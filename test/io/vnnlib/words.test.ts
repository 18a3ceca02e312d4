// Properties in plain words: boxes in figures, violations as inequalities a person can read, the usual question named.
import { describe, expect, it } from 'vitest'
import { describeProperty, parseVnnlib } from '../../../core/io/index.ts'

/** Three outputs over the given box of two inputs. */
const read = (box: readonly (readonly [number, number])[], violation: string) =>
  describeProperty(
    parseVnnlib(
      [
        ...['X_0', 'X_1', 'Y_0', 'Y_1', 'Y_2'].map((name) => `(declare-const ${name} Real)`),
        ...box.map(([low, high], i) => `(assert (>= X_${i} ${low}))(assert (<= X_${i} ${high}))`),
        `(assert ${violation})`,
      ].join('\n'),
    ),
  )
const words = (violation: string) => read([[0, 1], [0, 1]], violation).cases[0].violations // prettier-ignore

describe('a property in words', () => {
  it('tells the box: what is fixed, what varies and how far', () => {
    const { cases, inputs, outputs } = read([[0.25, 0.75], [3, 3]], '(<= Y_0 0)') // prettier-ignore
    expect([inputs, outputs]).toEqual([2, 3])
    expect(cases[0]).toMatchObject({ fixed: 1, lowest: 0.25, highest: 3, narrowest: 0.5, widest: 0.5 })
    expect(cases[0].bounds).toEqual([{ lower: 0.25, upper: 0.75 }, { lower: 3, upper: 3 }]) // prettier-ignore
    expect(read([[1, 1], [3, 3]], '(<= Y_0 0)').cases[0]).toMatchObject({ fixed: 2, narrowest: null, widest: null }) // prettier-ignore
  })

  it('writes one output against a number, whichever way round the file has it', () => {
    expect(words('(<= Y_0 3.99)')).toEqual(['Y_0 ≤ 3.99'])
    expect(words('(<= 3.99 Y_0)')).toEqual(['Y_0 ≥ 3.99'])
    expect(words('(>= Y_2 -2)')).toEqual(['Y_2 ≥ -2'])
    expect(words('(>= (* 2.0 Y_1) 1)')).toEqual(['Y_1 ≥ 0.5'])
    expect(words('(<= Y_1 0)')).toEqual(['Y_1 ≤ 0'])
  })

  it('writes sums with every term on the side where it is added', () => {
    expect(words('(<= Y_0 Y_1)')).toEqual(['Y_0 ≤ Y_1'])
    expect(words('(>= (+ Y_0 (* 0.5 Y_2)) (+ Y_1 3))')).toEqual(['Y_1 + 3 ≤ Y_0 + 0.5·Y_2'])
    expect(words('(and (<= Y_0 Y_1) (<= Y_0 Y_2))')).toEqual(['Y_0 ≤ Y_1 and Y_0 ≤ Y_2'])
  })

  it('says what the usual question of robustness means, and says it of no other', () => {
    const robust = read([[0, 1], [0, 1]], '(or (and (<= Y_1 Y_0)) (and (<= Y_1 Y_2)))') // prettier-ignore
    expect(robust.cases[0].violations).toEqual(['Y_1 ≤ Y_0', 'Y_1 ≤ Y_2'])
    expect(robust.cases[0].meaning).toMatch(/at least as large as Y_1.*no longer answers class 1/)
    const others = ['(<= Y_1 Y_0)', '(or (and (<= Y_1 Y_0)) (and (<= Y_0 Y_2)))', '(and (<= Y_1 Y_0) (<= Y_1 Y_2))']
    for (const violation of others) expect(read([[0, 1], [0, 1]], violation).cases[0].meaning).toBeNull() // prettier-ignore
  })
})
