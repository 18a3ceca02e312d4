// Boxes, rows and refusals of robustness questions.
import { describe, expect, it } from 'vitest'
import { robustness } from '../../core/verify/problem.ts'
import { linear } from './known-networks.ts'

const image = Float32Array.of(51 / 255, 255 / 255)
const ask = (change: object) => robustness({ network: linear, image, label: 0, epsilon: 0.3, clip: true, ...change })

describe('robustness', () => {
  it('builds the clipped ball from exact pixels k/255, not from their float32 roundings', () => {
    const { box, centre } = ask({})
    expect(centre).toEqual(Float64Array.of(51 / 255, 1))
    expect(box.lower).toEqual(Float64Array.of(0, 1 - 0.3))
    expect(box.upper).toEqual(Float64Array.of(51 / 255 + 0.3, 1))
  })

  it('does not clip when told not to', () => {
    const { box } = ask({ clip: false })
    expect(box.lower[0]).toBe(51 / 255 - 0.3)
    expect(box.upper[1]).toBe(1.3)
  })

  it('keeps values that are no multiples of 1/255', () => {
    const { centre } = ask({ image: Float64Array.of(0.123456, 0.5) })
    expect(centre).toEqual(Float64Array.of(0.123456, 0.5))
  })

  it('asks label − t > 0 for every other class t, untargeted', () => {
    const { property } = ask({ label: 1 })
    expect(property.kind).toBe('all-positive')
    expect(Array.from(property.rows.coefficients)).toEqual([-1, 1, 0, 0, 1, -1])
  })

  it('asks that some class beats the target, targeted', () => {
    const { property } = ask({ target: 2 })
    expect(property.kind).toBe('any-positive')
    expect(Array.from(property.rows.coefficients)).toEqual([1, 0, -1, 0, 1, -1])
  })

  it.each([-0.1, NaN, Infinity, -Infinity])('refuses ε = %s', (epsilon) => {
    expect(() => ask({ epsilon })).toThrow(expect.objectContaining({ code: 'verify/epsilon' }))
  })

  it('accepts ε = 0', () => {
    expect(ask({ epsilon: 0 }).box.lower).toEqual(ask({ epsilon: 0 }).box.upper)
  })

  it.each([
    ['an image of another size', { image: new Float32Array(3) }],
    ['a label out of range', { label: 3 }],
    ['a fractional label', { label: 0.5 }],
    ['a target out of range', { target: -1 }],
    ['a target that is the label', { target: 0 }],
  ])('refuses %s', (_what, change) => {
    expect(() => ask(change)).toThrow(expect.objectContaining({ code: 'model/does-not-fit-data' }))
  })

  it('refuses NaN pixels', () => {
    expect(() => ask({ image: Float32Array.of(NaN, 0) })).toThrow(expect.objectContaining({ code: 'data/non-finite' }))
  })
})
