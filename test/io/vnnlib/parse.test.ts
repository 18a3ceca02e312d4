// VNN-LIB properties read as boxes and rows, and every kind of broken property answered with its line.
import { describe, expect, it } from 'vitest'
import { SeededRandom } from '../../../core/data/random.ts'
import { bindProperty } from '../../../core/io/vnnlib/bind.ts'
import { parseVnnlib } from '../../../core/io/vnnlib/parse.ts'
import type { Disjunct } from '../../../core/io/vnnlib/property.ts'
import { mutated, outcome } from '../mutate.ts'

const declared = '(declare-const X_0 Real) (declare-const X_1 Real) (declare-const Y_0 Real) (declare-const Y_1 Real)\n'
const boxed = `${declared}(assert (>= X_0 -1)) (assert (<= X_0 1.0)) (assert (and (<= 0 X_1) (<= X_1 .5)))\n`
const network2 = (body: string): string =>
  `(vnnlib-version <2.0>) (declare-network f (declare-input X float32 [1, 2]) (declare-output Y real [2]))\n${body}`

const plain = ({ box, rows }: Disjunct) => ({
  lower: [...box.lower],
  upper: [...box.upper],
  coefficients: [...rows.coefficients],
  offsets: [...rows.offsets],
})
const disjuncts = (text: string) => parseVnnlib(text).disjuncts.map(plain)
const unit = { lower: [-1, 0], upper: [1, 0.5] }

describe('version 1.0', () => {
  it('reads a box and a conjunction as one disjunct', () => {
    expect(disjuncts(`${boxed}; a comment (with parentheses\n(assert (<= Y_0 Y_1)) (assert (> Y_1 2e-1))`)).toEqual([
      { ...unit, coefficients: [1, -1, 0, -1], offsets: [0, 0.2] },
    ])
  })

  it('reads a disjunction as disjuncts over one box object', () => {
    const property = parseVnnlib(`${boxed}(assert (or (and (>= Y_0 Y_1)) (and (<= Y_0 -3) (< Y_1 0))))`)
    expect(property.disjuncts.map(plain)).toEqual([
      { ...unit, coefficients: [-1, 1], offsets: [0] },
      { ...unit, coefficients: [1, 0, 0, 1], offsets: [3, 0] },
    ])
    expect(property.disjuncts[0].box).toBe(property.disjuncts[1].box)
  })

  it('reads disjunctions over input boxes, and leaves empty ones out', () => {
    const boxes = '(assert (or (and (<= X_0 0) (>= Y_0 0)) (and (>= X_0 0.5) (>= Y_1 0)) (and (>= X_0 2) (>= Y_1 0))))'
    expect(disjuncts(boxed + boxes)).toEqual([
      { lower: [-1, 0], upper: [0, 0.5], coefficients: [-1, 0], offsets: [0] },
      { lower: [0.5, 0], upper: [1, 0.5], coefficients: [0, -1], offsets: [0] },
    ])
  })

  it('multiplies nested and/or out', () => {
    const formula = '(assert (and (or (<= Y_0 0) (<= Y_1 0)) (or (<= Y_0 1) (and (<= Y_1 2) (<= Y_1 3)))))'
    expect(disjuncts(boxed + formula).map(({ offsets }) => offsets)).toEqual([
      [0, -1],
      [0, -2, -3],
      [0, -1],
      [0, -2, -3],
    ])
  })

  it('adds up linear terms', () => {
    const sum = '(assert (<= (+ (* 2 Y_0) (- Y_1 (* 0.5 Y_1 2)) 1 (- 3)) (- Y_0 4)))'
    expect(disjuncts(boxed + sum)).toEqual([{ ...unit, coefficients: [1, 0], offsets: [2] }])
  })

  it('moves bounds with a coefficient outward', () => {
    const [{ lower, upper }] = disjuncts(
      `(declare-const X_0 Real) (declare-const Y_0 Real) (assert (<= (* 3 X_0) 1)) (assert (>= (* 3 X_0) -1))`,
    )
    expect([lower[0] < -1 / 3, upper[0] > 1 / 3]).toEqual([true, true])
    expect(upper[0]).toBeCloseTo(1 / 3, 14)
  })

  it('has no disjunct where nothing violates, and one without rows where everything does', () => {
    expect(disjuncts(`${boxed}(assert (<= 1 0))`)).toEqual([])
    expect(disjuncts(`${boxed}(assert (<= 0 1))`)).toEqual([{ ...unit, coefficients: [], offsets: [] }])
  })
})

describe('version 2.0', () => {
  it('reads indexed elements of declared tensors', () => {
    const body = '(assert (>= X[0,0] -1)) (assert (<= X[0, 0] 1)) (assert (== X[0,1] 0.5)) (assert (<= Y[0] Y[1]))'
    const property = parseVnnlib(network2(body))
    expect(property.inputs).toEqual([{ name: 'X', shape: [1, 2], offset: 0, port: null }])
    expect(property.disjuncts.map(plain)).toEqual([
      { lower: [-1, 0.5], upper: [1, 0.5], coefficients: [1, -1], offsets: [0] },
    ])
  })

  it('puts inputs and outputs given by name in the order of the model', () => {
    const property = parseVnnlib(`(vnnlib-version <2.0>)
      (declare-network f (declare-input A real [2] "second") (declare-input B real [] "first") (declare-output Y real [1] "y"))
      (assert (and (== A[0] 1) (== A[1] 2) (== B 3) (<= Y[0] 0)))`)
    const model = {
      inputs: [
        { name: 'first', shape: [1], offset: 0 },
        { name: 'second', shape: [1, 2], offset: 1 },
      ],
      outputs: [{ name: 'y', shape: [1, 1], offset: 0 }],
    }
    expect(bindProperty(property, model).map(plain)).toEqual([
      { lower: [3, 1, 2], upper: [3, 1, 2], coefficients: [1], offsets: [0] },
    ])
    expect(() => bindProperty(property, { ...model, outputs: [] })).toThrow(
      /its outputs number 1, those of the network 0/,
    )
  })
})

describe('broken properties', () => {
  it.each([
    ['property/syntax', 2, '(assert (<= Y_0 0)'],
    ['property/syntax', 2, '(assert (<= Y_0 0)))'],
    ['property/syntax', 3, '\n(assert (<= Y_7 0))'],
    ['property/syntax', 2, '(assert (<= Y_0 1.2.3))'],
    ['property/syntax', 2, 'assert'],
    ['property/syntax', 2, '(assert (<= Y_0 0) (<= Y_1 0))'],
    ['property/syntax', 2, '(declare-const X_0 Real)'],
    ['property/syntax', 2, '(assert (<= Y_0 [0))'],
    ['property/unsupported', 2, '(assert (=> (<= Y_0 0) (<= Y_1 0)))'],
    ['property/unsupported', 2, '(assert (<= (* Y_0 Y_1) 0))'],
    ['property/unsupported', 2, '(assert (<= (+ X_0 X_1) 0))'],
    ['property/unsupported', 2, '(assert (<= X_0 Y_0))'],
    ['property/unsupported', 2, '(declare-const Z Real)'],
    ['property/unsupported', 2, '(assert (<= Y_0 1e999))'],
    ['property/unsupported', 2, '(assert true)'],
    ['property/unsupported', 2, '(push 1)'],
    ['property/too-large', 2, `(assert ${'('.repeat(300)}`],
    ['property/too-large', 2, '(assert (or (<= Y_0 0) (<= Y_1 0)))'.repeat(16)],
  ] as const)('%s on line %i: %s', (code, line, text) => {
    const run = (): unknown => parseVnnlib(declared + text)
    expect(outcome(run)).toBe(code)
    expect(run).toThrow(new RegExp(`Line ${line} `))
  })

  it.each([
    ['property/syntax', 'no Y_i', '(declare-const X_0 Real)'],
    ['property/syntax', 'X_2 is declared but not all', '(declare-const X_2 Real)(declare-const Y_0 Real)'],
    ['property/unsupported', 'input 0 has no lower', declared],
    ['property/syntax', 'no network', '(vnnlib-version <2.0>)'],
    ['property/syntax', 'no element of Y', network2('(assert (<= Y[2] 0))')],
    ['property/unsupported', 'more than one network', network2('(declare-network g)')],
    ['property/unsupported', 'version <3.0>', '(vnnlib-version <3.0>)'],
    [
      'property/unsupported',
      'declare-hidden',
      '(vnnlib-version <2.0>)(declare-network f (declare-hidden H real [1] "h"))',
    ],
  ] as const)('%s: %s', (code, message, text) => {
    expect(outcome(() => parseVnnlib(text))).toBe(code)
    expect(() => parseVnnlib(text)).toThrow(message)
  })

  it('answers damaged files with coded errors only', () => {
    const random = new SeededRandom(5)
    const sources = [
      `${boxed}(assert (or (and (>= Y_0 Y_1)) (and (<= (+ Y_0 (* 2 Y_1)) -3) (< Y_1 0))))`,
      network2('(assert (>= X[0,0] -1)) (assert (<= X[0,0] 1)) (assert (== X[0,1] 0.5)) (assert (<= Y[0] Y[1]))'),
    ].map((text) => new TextEncoder().encode(text))
    const seen = new Set<string>()
    for (let i = 0; i < 2000; i++) {
      const text = new TextDecoder().decode(mutated(sources[i % 2], random))
      seen.add(outcome(() => parseVnnlib(text)))
    }
    expect([...seen].sort()).toEqual(['property/syntax', 'property/unsupported', 'read'])
  })
})
