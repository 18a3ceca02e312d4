// The IDX reader on real MNIST: the published counts, class sizes and pixels.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { detectSource, openDataset } from '../../core/data/open.ts'

const folder = resolve(import.meta.dirname, '../../../shared/data/mnist')
const missing = !existsSync(folder)
if (missing) console.log(`skipped: ${folder} is not there`)

test.skipIf(missing)('MNIST opens with 60,000 and 10,000 images and the published class sizes', async () => {
  const { train, test: held, hash } = await openDataset(await detectSource(folder))
  expect([train.count, held.count, ...train.shape]).toEqual([60_000, 10_000, 1, 28, 28])
  const counts = new Uint32Array(10)
  for (const label of train.labels) counts[label]++
  expect([...counts]).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
  expect([...held.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
  const mean = Uint8Array.from(train.pixels).reduce((sum, pixel) => sum + pixel, 0) / train.pixels.length / 255
  expect(mean).toBeCloseTo(0.1307, 4)
  expect(hash).toMatch(/^[0-9a-f]{64}$/)
})
