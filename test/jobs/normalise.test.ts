// The normalisation of a recipe: published constants, the data's own, given ones; what does not fit is said.
import { expect, test } from 'vitest'
import { createDataset, type ImageShape } from '../../core/data/dataset.ts'
import { channelStatistics } from '../../core/data/statistics.ts'
import { normalisationOf } from '../../core/jobs/execute/normalisation.ts'
import { readRecipe } from '../../core/jobs/recipe/text.ts'

function datasetOf(shape: ImageShape, pixels: Uint8Array | Float32Array) {
  const count = pixels.length / (shape[0] * shape[1] * shape[2])
  return createDataset({ name: 'it', split: 'train', shape, classes: ['a'], pixels, labels: new Uint8Array(count), source: 'it' }) // prettier-ignore
}

const coded = (words: string): unknown =>
  expect.objectContaining({ code: 'recipe/invalid', message: expect.stringContaining(words) as unknown })

test('mean and deviation of channels, of bytes and of floats', () => {
  const bytes = datasetOf([2, 1, 2], Uint8Array.from([0, 255, 51, 51, 255, 0, 51, 51]))
  expect(channelStatistics(bytes)).toEqual({ mean: [0.5, 0.2], deviation: [0.5, 0] })
  const floats = channelStatistics(datasetOf([1, 1, 2], Float32Array.from([0.25, 0.75, 0.25, 0.75])))
  expect(floats).toEqual({ mean: [0.5], deviation: [0.25] })
})

test('published constants are those of the paper’s code', () => {
  const colour = datasetOf([3, 1, 1], Uint8Array.from([1, 2, 3]))
  expect(normalisationOf({ by: 'cifar10' }, colour)?.mean).toEqual([0.4914, 0.4822, 0.4465])
  expect(normalisationOf({ by: 'cifar10-255' }, colour)?.deviation[0]).toBeCloseTo(0.24706, 5)
  expect(normalisationOf({ by: 'svhn' }, colour)?.deviation).toEqual([0.1201, 0.1231, 0.1052])
  expect(normalisationOf({ by: 'none' }, colour)).toBeNull()
  expect(normalisationOf(undefined, colour)).toBeNull()
})

test('constants for other channels, and a channel of one value, are refused', () => {
  const grey = datasetOf([1, 1, 2], Uint8Array.from([1, 2]))
  expect(() => normalisationOf({ by: 'svhn' }, grey)).toThrow(coded('have 1 channels'))
  expect(() => normalisationOf({ by: 'given', mean: [0.1], deviation: [1, 2] }, grey)).toThrow(coded('1 means and 2'))
  expect(() => normalisationOf({ by: 'data' }, datasetOf([1, 1, 2], Uint8Array.from([7, 7])))).toThrow(
    coded('Channel 0'),
  )
  expect(normalisationOf({ by: 'data' }, grey)?.mean[0]).toBeCloseTo(1.5 / 255, 12)
})

test('a network that is taken over keeps its own', () => {
  const base = { name: 'a', architecture: 'net1', normalise: { by: 'given', mean: [0.1], deviation: [0.3] } }
  const recipe = readRecipe({ name: 'it', variants: [base] })
  expect(recipe.variants[0].normalise).toEqual(base.normalise)
  const child = { name: 'b', from: 'a', normalise: { by: 'data' } }
  expect(() => readRecipe({ name: 'it', variants: [base, child] })).toThrow(coded('stands beside `from`'))
  const wrong = { ...base, normalise: { by: 'given', mean: [0], deviation: [0] } }
  expect(() => readRecipe({ name: 'it', variants: [wrong] })).toThrow(coded('deviation'))
})
