// Written properties read back as they were, with bounds at or beyond the doubles and no exponents.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outwardDecimal, plainDecimal } from '../../../core/io/vnnlib/decimal.ts'
import { parseVnnlib } from '../../../core/io/vnnlib/parse.ts'
import type { Disjunct } from '../../../core/io/vnnlib/property.ts'
import { writeVnnlib } from '../../../core/io/vnnlib/write.ts'

const box = { lower: Float64Array.of(-1e-7, 0.1), upper: Float64Array.of(1e-7, 0.25) }
const disjunct = (coefficients: number[], offsets: number[], own = box): Disjunct => ({
  box: own,
  rows: { rows: offsets.length, coefficients: Float64Array.from(coefficients), offsets: Float64Array.from(offsets) },
})
const written = (...disjuncts: Disjunct[]): string => writeVnnlib({ inputSize: 2, outputSize: 3, disjuncts })

describe('decimals', () => {
  it.each([
    [1e-7, '0.0000001'],
    [-2.5e21, '-2500000000000000000000.0'],
    [0.1, '0.1'],
    [3, '3.0'],
    [0, '0.0'],
  ])('%d is %s', (value, text) => expect(plainDecimal(value)).toBe(text))

  it('rounds 0.1, a double above the decimal 0.1, upward only', () => {
    expect([outwardDecimal(0.1, -1), outwardDecimal(0.1, 1)]).toEqual(['0.1', '0.2'])
    expect([outwardDecimal(0.25, -1), outwardDecimal(0.25, 1)]).toEqual(['0.25', '0.25'])
  })

  it('reads back every double, and bounds at or beyond it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(plainDecimal(value))).toBe(value + 0)
        expect(Number(outwardDecimal(value, 1))).toBeGreaterThanOrEqual(value)
        expect(Number(outwardDecimal(value, -1))).toBeLessThanOrEqual(value)
        expect(plainDecimal(value) + outwardDecimal(value, 1)).not.toMatch(/e/)
      }),
    )
  })
})

describe('writeVnnlib', () => {
  it('writes comparisons in their simplest form', () => {
    const text = written(disjunct([1, -1, 0, 0, 0, -1, 2, 1, 0], [0, 0.5, -3]))
    expect(text.split('\n').slice(-4)).toEqual([
      '(assert (<= Y_0 Y_1))',
      '(assert (>= Y_2 0.5))',
      '(assert (<= (+ (* 2.0 Y_0) (* 1.0 Y_1) -3.0 0.0) 0.0))',
      '',
    ])
  })

  it.each([
    ['one conjunction', [disjunct([1, -1, 0, 0, 0, -1, 2, 0.3, 0], [0, 0.5, -3])]],
    ['alternatives over one box', [disjunct([1, -1, 0], [0]), disjunct([0, 1, -1, 1, 0, 0], [0, 4])]],
    [
      'alternatives over two boxes',
      [
        disjunct([1, -1, 0], [0]),
        disjunct([0, 1, -1], [0], { lower: Float64Array.of(0, 0), upper: Float64Array.of(1, 2) }),
      ],
    ],
    ['nothing', []],
    ['everything', [disjunct([], [])]],
  ])('reads back %s', (_name, disjuncts) => {
    const text = written(...disjuncts)
    expect(text).not.toMatch(/\de/)
    const read = parseVnnlib(text).disjuncts
    expect(
      read.map(({ rows }) => [rows.rows, [...rows.coefficients], [...rows.offsets].map((offset) => offset + 0)]),
    ).toEqual(disjuncts.map(({ rows }) => [rows.rows, [...rows.coefficients], [...rows.offsets]]))
    for (const [i, { box: own }] of read.entries()) {
      const original = disjuncts[i].box
      expect(own.lower.every((value, k) => value <= original.lower[k] && value > original.lower[k] - 0.11)).toBe(true)
      expect(own.upper.every((value, k) => value >= original.upper[k] && value < original.upper[k] + 0.11)).toBe(true)
    }
  })
})
