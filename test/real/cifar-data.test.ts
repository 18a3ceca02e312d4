// The CIFAR reader on real files, and the NumPy reader on real images of another program, whose pixels are the same kind.
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { channelStatistics } from '../../core/data/statistics.ts'
import { openDataset } from '../../core/data/open.ts'

const folder = resolve(import.meta.dirname, '../../../shared/data/cifar10')
const missing = !existsSync(folder)
if (missing) console.log(`skipped: ${folder} is not there`)

test.skipIf(missing)('the CIFAR-10 subset is balanced and has the published mean and deviation', async () => {
  const { train, test: held } = await openDataset({ source: 'auto', directory: folder })
  expect([train.count, held.count, ...train.shape]).toEqual([10_000, 2_000, 3, 32, 32])
  const counts = new Uint32Array(10)
  for (const label of train.labels) counts[label]++
  expect([...counts]).toEqual(new Array(10).fill(1_000))
  const { mean, deviation } = channelStatistics(train)
  const published = { mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616] }
  mean.forEach((value, c) => expect(Math.abs(value - published.mean[c])).toBeLessThan(0.005))
  deviation.forEach((value, c) => expect(Math.abs(value - published.deviation[c])).toBeLessThan(0.005))
})

test.skipIf(missing)('float images in NumPy files open with channels in front', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'espalier-real-'))
  try {
    for (const name of ['x', 'y']) await copyFile(join(folder, `${name}_sdp200.npy`), join(copy, `${name}.npy`))
    const { train, test: held } = await openDataset({ source: 'auto', directory: copy })
    expect([train.count, held.count, ...train.shape]).toEqual([160, 40, 3, 32, 32])
    expect(train.classes).toHaveLength(10)
  } finally {
    await rm(copy, { recursive: true })
  }
})
