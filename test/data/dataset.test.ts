// The dataset value: byte and float pixels, batches, and the checks of float sources.
import { expect, test } from 'vitest'
import { createDataset } from '../../core/data/dataset.ts'
import { fromFloatPixels } from '../../core/data/float-pixels.ts'

const parts = {
  name: 'two',
  split: 'test',
  shape: [1, 1, 2],
  classes: ['a', 'b'],
  labels: Uint8Array.from([0, 1]),
  source: 'two.npy',
} as const

test('bytes are k/255, floats are taken as they are', () => {
  const bytes = createDataset({ ...parts, pixels: Uint8Array.from([0, 51, 255, 1]) })
  expect([...bytes.image(1)]).toEqual([1, Math.fround(1 / 255)])
  const floats = createDataset({ ...parts, pixels: Float32Array.from([0, 0.25, 1, 0.5]) })
  expect([...floats.image(1)]).toEqual([1, 0.5])
  expect(floats.hash).not.toBe(bytes.hash)
})

test('a batch gathers in the order asked, into the buffer given', () => {
  const dataset = createDataset({ ...parts, pixels: Float32Array.from([0, 0.25, 1, 0.5]) })
  const out = new Float32Array(7).fill(9)
  expect(dataset.batch(Uint32Array.from([1, 0, 1]), out)).toBe(out)
  expect([...out]).toEqual([1, 0.5, 0, 0.25, 1, 0.5, 9])
  expect(() => dataset.batch([2])).toThrow('no image 2')
  expect(() => dataset.batch([0, 1], new Float32Array(3))).toThrow('room for 4')
})

test('the hash sees pixels, labels, classes and shape', () => {
  const pixels = Uint8Array.from([1, 2, 3, 4])
  const hash = createDataset({ ...parts, pixels }).hash
  expect(hash).toMatch(/^[0-9a-f]{64}$/)
  expect(createDataset({ ...parts, name: 'renamed', pixels: pixels.slice() }).hash).toBe(hash)
  const variants = [
    { ...parts, pixels: Uint8Array.from([1, 2, 3, 5]) },
    { ...parts, pixels, labels: Uint8Array.from([1, 1]) },
    { ...parts, pixels, classes: ['a', 'c'] },
    { ...parts, pixels, shape: [2, 1, 1] as const },
  ]
  expect(new Set(variants.map((variant) => createDataset(variant).hash).concat(hash)).size).toBe(5)
})

test('float sources are scaled to 0…1', () => {
  expect([...fromFloatPixels('x.npy', Float64Array.from([0, 255, 51]), 3, { lower: 0, upper: 255 })]).toEqual([
    0,
    1,
    Math.fround(0.2),
  ])
})

test.each([
  [NaN, 'data/non-finite', 'value 1 of image 2 is NaN'],
  [Infinity, 'data/non-finite', 'is Infinity'],
  [1.5, 'data/range', 'is 1.5, outside [0, 1]'],
  [-0.01, 'data/range', 'outside'],
])('the pixel %s is refused as %s', (value, code, words) => {
  const values = Float32Array.from([0, 0.5, 1, 0.25, 0, value])
  expect(() => fromFloatPixels('import.csv', values, 2)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(words) as unknown }),
  )
  expect(() => fromFloatPixels('import.csv', values, 2)).toThrow('import.csv')
})

test('a range that is none is refused', () => {
  const range = { lower: 1, upper: 1 }
  expect(() => fromFloatPixels('x', new Float32Array(1), 1, range)).toThrow(
    expect.objectContaining({ code: 'data/range' }),
  )
})
