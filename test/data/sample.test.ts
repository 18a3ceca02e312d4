// The procedural sample set: repeatable, balanced, and neither trivial for a linear model nor noise.
import { expect, test } from 'vitest'
import { SeededRandom } from '../../core/data/random.ts'
import { openDataset } from '../../core/data/open.ts'
import { drawSampleSet } from '../../core/data/sample/draw.ts'
import { linearAccuracy } from './linear-model.ts'

const whole = drawSampleSet()

test('the default set never changes', () => {
  expect(whole.hash).toMatchInlineSnapshot(`"bfee75e5ac08b4d4c5c3a9cdec61d56e1d6b9344454b691c5efb8233d9a63492"`)
})

test('ten balanced classes of 28×28 bytes; most of the background is exactly black', async () => {
  const { train, test: held } = whole
  expect([train.count, held.count, ...train.shape]).toEqual([10_000, 2_000, 1, 28, 28])
  const counts = new Uint32Array(10)
  for (const label of train.labels) counts[label]++
  expect([...counts]).toEqual(new Array(10).fill(1000))
  const pixels = train.pixels
  const black = pixels.filter((pixel) => pixel === 0).length / pixels.length
  const bright = pixels.filter((pixel) => pixel > 230).length / pixels.length
  expect(black).toBeGreaterThan(0.6)
  expect(bright).toBeGreaterThan(0.1)
  expect((await openDataset({ source: 'sample', train: 30, test: 10 })).train.count).toBe(30)
})

test('a seed repeats, another seed differs, and a smaller test split leaves the training split alone', () => {
  const small = drawSampleSet({ seed: 5, train: 50, test: 20 })
  expect(drawSampleSet({ seed: 5, train: 50, test: 20 }).hash).toBe(small.hash)
  expect(drawSampleSet({ seed: 6, train: 50, test: 20 }).train.hash).not.toBe(small.train.hash)
  expect(drawSampleSet({ seed: 5, train: 50, test: 3 }).train.hash).toBe(small.train.hash)
})

test('no test image is a training image', () => {
  const images = (split: typeof whole.train): Set<string> =>
    new Set(
      Array.from({ length: split.count }, (_, k) =>
        Buffer.from(split.pixels.slice(k * 784, k * 784 + 784)).toString('latin1'),
      ),
    )
  const train = images(whole.train)
  expect(train.size).toBe(10_000)
  expect([...images(whole.test)].filter((image) => train.has(image))).toEqual([])
})

test.each([{ train: 0 }, { test: 1.5 }, { train: 1e9 }, { train: NaN }, { seed: 0.5 }])('%o is refused', (options) => {
  expect(() => drawSampleSet(options)).toThrow(expect.objectContaining({ code: 'recipe/invalid' }))
})

test('a linear model stays under 95 % on the test split, though far above chance', () => {
  const accuracy = linearAccuracy(whole, { epochs: 10, rate: 0.02, random: new SeededRandom(1) })
  console.log(`linear model on the sample set: ${accuracy.toFixed(4)}`)
  expect(accuracy).toBeLessThan(0.95)
  expect(accuracy).toBeGreaterThan(0.85)
})
