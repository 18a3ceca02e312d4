// The seeded generator: known answers, repeatability, forks, statistics.
import { expect, test } from 'vitest'
import { SeededRandom, type RandomState } from '../../core/data/random.ts'

const draw = (random: SeededRandom, count: number): number[] => Array.from({ length: count }, () => random.uint32())

test('follows xoshiro128** from the state 1, 2, 3, 4 (values computed by hand from the reference recurrence)', () => {
  // First output: rotl(2 * 5, 7) * 9 = 1280 * 9. Then s1 = 2 ^ (3 ^ 1) = 0, so the second is 0.
  const random = SeededRandom.from({ key: [1, 2, 3, 4], words: [1, 2, 3, 4], spare: null })
  expect(draw(random, 3)).toEqual([11520, 0, 5927040])
})

test('the same seed gives the same numbers, another seed others', () => {
  expect(draw(new SeededRandom(7), 20)).toEqual(draw(new SeededRandom(7), 20))
  expect(draw(new SeededRandom(7), 20)).not.toEqual(draw(new SeededRandom(8), 20))
  expect(draw(new SeededRandom(2 ** 40), 4)).not.toEqual(draw(new SeededRandom(0), 4))
})

test('numbers of seed 1 never change (runs of earlier versions must repeat)', () => {
  expect(draw(new SeededRandom(1), 3)).toMatchInlineSnapshot(`
    [
      3605508383,
      867018780,
      2607086978,
    ]
  `)
  expect(new SeededRandom(1).fork('a').uint32()).toMatchInlineSnapshot(`816506803`)
})

test.each([NaN, 0.5, Infinity, 2 ** 60])('refuses the seed %s', (seed) => {
  expect(() => new SeededRandom(seed)).toThrow(expect.objectContaining({ code: 'recipe/invalid' }))
})

test('a fork depends on seed and label, not on what was drawn before', () => {
  const early = new SeededRandom(3)
  const late = new SeededRandom(3)
  draw(late, 1000)
  expect(draw(early.fork('a'), 8)).toEqual(draw(late.fork('a'), 8))
  expect(draw(early.fork('a'), 8)).not.toEqual(draw(early.fork('b'), 8))
  expect(draw(early.fork('a').fork('b'), 8)).not.toEqual(draw(early.fork('b').fork('a'), 8))
})

test('a state that went through JSON continues exactly, in the middle of a normal pair too', () => {
  const random = new SeededRandom(11).fork('x')
  random.normal()
  const copy = SeededRandom.from(JSON.parse(JSON.stringify(random.state())) as RandomState)
  const follow = (r: SeededRandom): number[] => [r.normal(), r.normal(), r.uniform(), r.fork('y').uniform()]
  expect(follow(copy)).toEqual(follow(random))
})

test('a damaged state is refused', () => {
  const state = new SeededRandom(1).state()
  expect(() => SeededRandom.from({ ...state, words: [0, 0, 0, 0] })).toThrow(
    expect.objectContaining({ code: 'model/corrupt' }),
  )
  expect(() => SeededRandom.from({ ...state, key: [1, 2, 3, NaN] })).toThrow(
    expect.objectContaining({ code: 'model/corrupt' }),
  )
})

test('uniform: mean 1/2, variance 1/12, within [0, 1); normal: mean 0, variance 1, kurtosis 3', () => {
  const random = new SeededRandom(5)
  const n = 200_000
  const uniforms = Float64Array.from({ length: n }, () => random.uniform())
  const normals = Float64Array.from({ length: n }, () => random.normal())
  const mean = (values: Float64Array, power: number): number => values.reduce((sum, x) => sum + x ** power, 0) / n
  expect(Math.min(...uniforms.slice(0, 50_000))).toBeGreaterThanOrEqual(0)
  expect(uniforms.every((x) => x < 1)).toBe(true)
  expect(mean(uniforms, 1)).toBeCloseTo(1 / 2, 2)
  expect(mean(uniforms, 2)).toBeCloseTo(1 / 3, 2)
  expect(Math.abs(mean(normals, 1))).toBeLessThan(0.01)
  expect(mean(normals, 2)).toBeCloseTo(1, 1)
  expect(Math.abs(mean(normals, 4) - 3)).toBeLessThan(0.1)
})

test('integer(bound) hits every value about equally; a permutation holds every number once', () => {
  const random = new SeededRandom(9)
  const counts = new Uint32Array(7)
  for (let k = 0; k < 70_000; k++) counts[random.integer(7)]++
  expect([...counts].every((count) => Math.abs(count - 10_000) < 500)).toBe(true)
  const order = random.permutation(1000)
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, k) => k))
  expect(order.filter((value, place) => value === place).length).toBeLessThan(10)
  expect(random.permutation(0)).toEqual(new Uint32Array(0))
})
